import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { kubectl } from '../support/cluster/kubectl.ts'
import { codeBlocks } from '../support/code-blocks.ts'
import { runComposite } from '../support/composite/run-composite.ts'
import { root } from '../support/root.ts'
import { searchPath } from '../support/search-path.ts'

const run = promisify(execFile)
const namespace = `redis-cache-test-${randomBytes(4).toString('hex')}`
let folder: string
let section: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'set-up-')))
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  section = readme.slice(readme.indexOf('## Set up, once'), readme.indexOf('## Let your application use it'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false')
})

/** The commands for another namespace, as the README says; of this version of the manifests, whatever is released. */
async function commands(): Promise<string> {
  const remote = "'https://github.com/org/redis-cache-action//manifests/rbac?ref=v1'"
  const [typed = ''] = codeBlocks(section, 'sh')
  const [kustomization = ''] = codeBlocks(section, 'yaml')
  expect(typed).toContain(remote)
  const overlay = join(folder, 'overlay')
  await mkdir(overlay)
  const own = kustomization
    .replace(remote.slice(1, -1), relative(overlay, join(root, 'manifests', 'rbac')))
    .replace('cache-staging', namespace)
  await writeFile(join(overlay, 'kustomization.yaml'), own)
  return typed.replace(remote, overlay).replaceAll('hospital-erp-system', namespace)
}

test('the commands of the README lead to a proven Redis with an identity of minimal permissions', async () => {
  const [bin, secret] = [join(folder, 'bin'), join(folder, 'KUBECONFIG')]
  await mkdir(bin)
  const gh = `#!/bin/sh\n[ "$*" = "secret set KUBECONFIG" ] && exec cat >'${secret}'\n`
  await writeFile(join(bin, 'gh'), gh, { mode: 0o755 })
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` }
  await run('bash', ['-euo', 'pipefail', '-c', await commands()], { env, cwd: folder })
  const kubeconfig = await readFile(secret, 'utf8')

  const inputs = { environment: 'staging', namespace, kubeconfig, timeout: '90s' }
  const { outputs, output, rendered } = await runComposite({ action: root, inputs, env: { PATH: searchPath(root) } })
  expect(rendered).toContain('verdict: passed')
  expect(outputs).toMatchObject({ verdict: 'passed', created: '6' })
  const token = /token: "(.+)"/.exec(kubeconfig)?.[1] ?? ''
  expectNoSecret(output, [token])

  const may = (...right: string[]) =>
    run('kubectl', ['--kubeconfig', secret, 'auth', 'can-i', ...right]).catch((error: { stdout: string }) => error)
  expect((await may('patch', 'statefulsets.apps/redis', '--namespace', namespace)).stdout.trim()).toBe('yes')
  expect((await may('patch', 'statefulsets.apps/redis', '--namespace', 'default')).stdout.trim()).toBe('no')
  expect((await may('delete', 'statefulsets.apps/redis', '--namespace', namespace)).stdout.trim()).toBe('no')
})
