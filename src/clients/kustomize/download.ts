import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { cacheDir, downloadTool, extractTar, find } from '@actions/tool-cache'
import { Failure, messageOf } from '../../core/failure.ts'

// From checksums.txt of the release.
const release = {
  version: '5.8.1',
  sha256: {
    linux_amd64: '029a7f0f4e1932c52a0476cf02a0fd855c0bb85694b82c338fc648dcb53a819d',
    linux_arm64: '0953ea3e476f66d6ddfcd911d750f5167b9365aa9491b2326398e289fef2c142',
    darwin_amd64: 'ee7cf0c1e3592aa7bb66ba82b359933a95e7f2e0b36e5f53ed0a4535b017f2f8',
    darwin_arm64: '8886f8a78474e608cc81234f729fda188a9767da23e28925802f00ece2bab288'
  } as Record<string, string>
}

/**
 * The directory of the pinned kustomize, from the tool cache of the runner or downloaded into it.
 * @throws Failure render-failed if there is none for this platform, or the download fails or is not the pinned one
 */
export async function bringKustomize(log: (line: string) => void): Promise<{ directory: string; version: string }> {
  const { version } = release
  return { directory: find('kustomize', version) || (await download(log)), version }
}

async function download(log: (line: string) => void): Promise<string> {
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
  const expected = release.sha256[platform]
  const hint = 'install kustomize or kubectl on the runner before this step'
  if (expected === undefined) {
    const sentence = `neither kustomize nor kubectl is on PATH, and none is known for ${platform}`
    throw new Failure('render-failed', sentence, hint)
  }
  const file = `kustomize_v${release.version}_${platform}.tar.gz`
  const url = `https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv${release.version}/${file}`
  log(`Neither kustomize nor kubectl is on PATH: downloading ${url}`)
  const archive = await downloadTool(url).catch((error: unknown) => {
    throw new Failure('render-failed', `${file} could not be downloaded: ${messageOf(error)}`, hint, [], error)
  })
  const actual = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex')
  if (actual !== expected) {
    throw new Failure('render-failed', `${file} has the SHA-256 ${actual}, not ${expected}; it was not run`, hint)
  }
  return cacheDir(await extractTar(archive), 'kustomize', release.version)
}
