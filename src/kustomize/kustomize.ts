import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getExecOutput } from '@actions/exec'
import { which } from '@actions/io'
import { cacheDir, downloadTool, extractTar, find } from '@actions/tool-cache'
import { Failure, messageOf } from '../failure.ts'
import { harmless } from '../untrusted-text.ts'

interface Program {
  path: string
  arguments: string[]
  name: string
}

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
 * Renders a kustomization with the kustomize on PATH, which is the fastest, else with the one inside kubectl, else with
 * a pinned one that is downloaded once.
 * @throws Failure render-failed with what kustomize said
 */
export async function kustomizeBuild(
  directory: string,
  log: (line: string) => void
): Promise<{ manifest: string; warnings: string; program: string }> {
  const program =
    (await onPath('kustomize', ['build'])) ?? (await onPath('kubectl', ['kustomize'])) ?? (await brought(log))
  const { exitCode, stdout, stderr } = await getExecOutput(program.path, [...program.arguments, directory], {
    silent: true,
    ignoreReturnCode: true
  })
  if (exitCode === 0) return { manifest: stdout, warnings: stderr, program: program.name }
  throw new Failure(
    'render-failed',
    `${program.name} ended with exit code ${exitCode}: ${firstLine(stderr)}`,
    'run `kustomize build` on the manifests to see the same error',
    [{ title: `What ${program.name} said`, text: stderr }]
  )
}

async function onPath(name: string, subcommand: string[]): Promise<Program | undefined> {
  const path = await which(name)
  return path === '' ? undefined : { path, arguments: subcommand, name: [name, ...subcommand].join(' ') }
}

async function brought(log: (line: string) => void): Promise<Program> {
  const { version } = release
  const directory = find('kustomize', version) || (await download(log))
  return { path: join(directory, 'kustomize'), arguments: ['build'], name: `kustomize ${version}` }
}

async function download(log: (line: string) => void): Promise<string> {
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
  const expected = release.sha256[platform]
  const hint = 'install kustomize or kubectl on the runner before this step'
  if (expected === undefined) {
    throw new Failure(
      'render-failed',
      `neither kustomize nor kubectl is on PATH, and none is known for ${platform}`,
      hint
    )
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

function firstLine(text: string): string {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? 'it said nothing'
  return harmless(line).slice(0, 400)
}
