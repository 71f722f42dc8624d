import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { root } from '../support/root.ts'

interface Ending {
  code: number
  stdout: string
  stderr: string
  outputs: string
}

/** Runs a committed program with nothing but these variables. */
async function start(program: string, env: Record<string, string> = {}): Promise<Ending> {
  const directory = await mkdtemp(join(tmpdir(), 'dist-test-'))
  const output = join(directory, 'output')
  await writeFile(output, '')
  try {
    const path = join(root, 'dist', program, 'index.js')
    const all = { RUNNER_TEMP: directory, GITHUB_OUTPUT: output, HOME: directory, ...env }
    const ended = await new Promise<Omit<Ending, 'outputs'>>((resolve) => {
      execFile(process.execPath, [path], { env: all, cwd: directory }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
      )
    })
    return { ...ended, outputs: await readFile(output, 'utf8') }
  } finally {
    await rm(directory, { recursive: true })
  }
}

describe('the committed programs without inputs', () => {
  test('require the environment in render', async () => {
    const { code, stdout, stderr } = await start('render')
    expect(code).toBe(1)
    expect(stderr).toBe('')
    expect(stdout).toContain('::error title=Redis cache%3A invalid-input::environment is required.')
    expect(stdout).toContain('Next: correct the inputs')
  })

  test('list all missing inputs at once in deploy', async () => {
    const { code, stdout, stderr } = await start('deploy')
    expect(code).toBe(1)
    expect(stderr).toBe('')
    for (const input of ['namespace', 'create-namespace', 'timeout', 'memory-threshold'])
      expect(stdout).toMatch(new RegExp(`${input} is (required|empty)`))
  })

  test('list and report all missing inputs at once in verify', async () => {
    const { code, stdout, stderr, outputs } = await start('verify')
    expect(code).toBe(1)
    expect(stderr).toBe('')
    for (const input of ['environment', 'namespace', 'timeout', 'memory-threshold'])
      expect(stdout).toMatch(new RegExp(`${input} is (required|empty)`))
    expect(outputs).toMatch(/failure-code<<\S+\ninvalid-input\n/)
  })

  test('load the AWS client with its regions', async () => {
    const client: typeof import('../../src/clients/aws/client.ts') = await import(join(root, 'dist', 'aws', 'index.js'))
    using api = client.openElastiCache('eu-central-1', { connection: 1000, request: 1000 })
    expect(await api.region()).toBe('eu-central-1')
  })

  test('report that nothing ran', async () => {
    const { code, outputs, stderr } = await start('report', {
      INPUT_RENDER_OUTCOME: 'skipped',
      INPUT_DEPLOY_OUTCOME: 'skipped'
    })
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(outputs).toMatch(/verdict<<\S+\nfailed\n/)
    expect(outputs).toMatch(/failure-code<<\S+\ncancelled\n/)
  })
})

// The bundles leave out modules of the packages that are never run; every way to authenticate must be left.
describe('the committed deploy program', () => {
  const token = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'plugin-token' }
  }
  const idToken = ['{"alg":"none"}', '{"exp":9999999999}', 'signature'].map((part) =>
    Buffer.from(part).toString('base64url')
  )
  const oidc = { 'client-id': 'id', 'idp-issuer-url': 'https://127.0.0.1:1', 'id-token': idToken.join('.') }
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [JSON.stringify(token)] }
  test.each([
    ['a token', { token: 'a-token' }],
    ['a name and a password', { username: 'me', password: 'a-password' }],
    ['a credential plugin', { exec }],
    ['an OpenID Connect token', { 'auth-provider': { name: 'oidc', config: oidc } }]
  ])('authenticates and reaches the network with %s', async (_, user) => {
    const cluster = { server: 'https://127.0.0.1:1', 'insecure-skip-tls-verify': true }
    const kubeconfig = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }]
    })
    const manifest = join(root, 'manifests/base/redis-statefulset.yaml')
    const { stdout } = await start('deploy', {
      PATH: process.env['PATH'] ?? '',
      INPUT_KUBECONFIG: kubeconfig,
      INPUT_MANIFEST: manifest,
      INPUT_NAMESPACE: 'nowhere',
      INPUT_DRY_RUN: 'none',
      INPUT_CREATE_NAMESPACE: 'false',
      INPUT_FORCE_CONFLICTS: 'false',
      INPUT_RECOVER: 'none',
      INPUT_REHEARSE: 'true',
      INPUT_TIMEOUT: '5s',
      INPUT_MEMORY_THRESHOLD: '90'
    })
    expect(stdout).toContain('::error title=Redis cache%3A cluster-unreachable::')
  })
})

test('every bundle has the licences of its contents', async () => {
  const expected = {
    render: 'yaml',
    deploy: '@kubernetes/client-node',
    report: '@octokit/core',
    verify: 'ioredis',
    aws: '@aws-sdk/client-elasticache'
  }
  for (const [program, name] of Object.entries(expected)) {
    expect(await readFile(join(root, 'dist', program, 'licenses.txt'), 'utf8')).toContain(name)
  }
})
