import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse, stringify } from 'yaml'
import { Deadline } from '../../src/deadline.ts'
import { ApiClient } from '../../src/kubernetes/client.ts'
import { type ConnectionSource, connect } from '../../src/kubernetes/connection.ts'
import { toFailure } from '../../src/kubernetes/failure.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { FastClock } from './applying.ts'
import { failureOf, wordsOf } from './outcome.ts'

interface Kubeconfig {
  'current-context'?: string
  clusters: { name: string; cluster: Record<string, unknown> }[]
  users: { name: string; user: Record<string, unknown> }[]
  contexts: { name: string; context: { cluster: string; user: string } }[]
}

let api: KubernetesApi
let other: KubernetesApi
let folder: string

beforeAll(async () => {
  api = await startKubernetesApi()
  other = await startKubernetesApi()
})
afterAll(async () => {
  await api.close()
  await other.close()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
})
afterEach(async () => rm(folder, { recursive: true }))

/** The kubeconfig of an API, changed. */
function changed(edit: (config: Kubeconfig) => void, { kubeconfig }: KubernetesApi = api): string {
  const config = parse(kubeconfig) as Kubeconfig
  edit(config)
  return stringify(config)
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

/** Connects and asks who is there; the failure is the one that a user reads. */
async function ask(source: Partial<ConnectionSource>): Promise<{ server: string; context: string; secrets: string[] }> {
  const connection = await connect({ kubeconfig: undefined, context: undefined, environment: {}, ...source })
  const clock = new FastClock(100)
  const client = new ApiClient(connection, clock, new AbortController().signal, new Deadline(clock, 60_000))
  try {
    await client.request({ method: 'GET', path: '/api/v1/namespaces/default' })
  } catch (error) {
    throw toFailure(error, { verb: 'read', object: 'Namespace/default', namespace: 'default' })
  } finally {
    client.close()
  }
  return { server: connection.server.origin, context: connection.context, secrets: connection.secrets }
}

describe('where the kubeconfig comes from', () => {
  test('the text of the input', async () => {
    const environment = { KUBECONFIG: '/nowhere' }
    expect(await ask({ kubeconfig: api.kubeconfig, environment })).toMatchObject({ server: api.url })
  })

  test('base64 of the text, in one line or in several', async () => {
    const base64 = Buffer.from(api.kubeconfig).toString('base64')
    expect(await ask({ kubeconfig: base64 })).toMatchObject({ server: api.url })
    expect(await ask({ kubeconfig: base64.replace(/.{76}/g, '$&\n') })).toMatchObject({ server: api.url })
  })

  test('the file that KUBECONFIG names', async () => {
    const path = await file('config', api.kubeconfig)
    expect(await ask({ environment: { KUBECONFIG: path } })).toMatchObject({ server: api.url })
  })

  test('several files: the first one wins, whatever has the same name in the others', async () => {
    const KUBECONFIG = [await file('a', api.kubeconfig), await file('b', other.kubeconfig)].join(':')
    expect(await ask({ environment: { KUBECONFIG } })).toMatchObject({ server: api.url })
  })

  test('several files: each adds what the ones before it lack, and a missing one is none', async () => {
    const renamed = changed((config) => {
      for (const each of [...config.clusters, ...config.users, ...config.contexts]) each.name = 'other'
      for (const { context } of config.contexts) Object.assign(context, { cluster: 'other', user: 'other' })
      config['current-context'] = 'other'
    }, other)
    const none = changed((config) => delete config['current-context'])
    const KUBECONFIG = [join(folder, 'missing'), await file('a', none), await file('b', renamed)].join(':')
    expect(await ask({ environment: { KUBECONFIG } })).toMatchObject({ server: other.url, context: 'other' })
    const context = 'kubernetes-api'
    expect(await ask({ environment: { KUBECONFIG }, context })).toMatchObject({ server: api.url, context })
  })

  test('a file that does not exist', async () => {
    const missing = join(folder, 'missing')
    expect(await failureOf(ask({ environment: { KUBECONFIG: missing } }))).toMatchObject({
      code: 'invalid-input',
      message: `the kubeconfig cannot be read: ${missing} does not exist`,
      hint: expect.stringContaining('the input `kubeconfig`')
    })
  })

  test.each([
    ['a text that is none', 'no: [kubeconfig'],
    ['a path in place of the text', '/home/runner/.kube/config'],
    ['an empty document', '{}']
  ])('%s', async (_situation, kubeconfig) => {
    expect(await failureOf(ask({ kubeconfig }))).toMatchObject({ code: 'invalid-input' })
  })
})

describe('the context', () => {
  test('that is not there: says which are', async () => {
    const kubeconfig = changed(({ contexts: [first, ...rest], ...config }) => {
      if (first !== undefined) Object.assign(config, { contexts: [first, ...rest, { ...first, name: 'staging' }] })
    })
    expect(await failureOf(ask({ kubeconfig, context: 'production' }))).toMatchObject({
      code: 'invalid-input',
      message: 'the kubeconfig has no context "production"; it has kubernetes-api',
      hint: 'set the input `context`'
    })
  })

  test('that nobody chose', async () => {
    const kubeconfig = changed((config) => delete config['current-context'])
    expect(await failureOf(ask({ kubeconfig }))).toMatchObject({
      code: 'invalid-input',
      message: 'the kubeconfig names no current context; it has kubernetes-api'
    })
  })

  test('whose cluster is not there', async () => {
    const kubeconfig = changed((config) => {
      config.clusters = []
    })
    expect(await failureOf(ask({ kubeconfig }))).toMatchObject({ code: 'invalid-input' })
  })
})

describe('credentials', () => {
  const withUser = (user: Record<string, unknown>) =>
    changed((config) => {
      config.users = [{ name: 'kubernetes-api', user }]
    })
  const plugin = (command: string) => ({
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    interactiveMode: 'Never'
  })

  test('a token is a secret', async () => {
    expect((await ask({ kubeconfig: api.kubeconfig })).secrets).toEqual([api.token])
  })

  test('of a plugin that is installed: its token is a secret too', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: api.token }
    }
    const path = await file('plugin', `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`)
    await chmod(path, 0o755)
    const { secrets } = await ask({ kubeconfig: withUser({ exec: plugin(path) }) })
    expect(secrets).toEqual([api.token])
  })

  test('of a plugin that is not installed: says what to install', async () => {
    const failure = await failureOf(ask({ kubeconfig: withUser({ exec: plugin('absent-auth-plugin') }) }))
    expect(failure).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/^context kubernetes-api gives no credentials: .*absent-auth-plugin/),
      hint: expect.stringContaining('install the credential plugin')
    })
  })

  test('a name and a password are secrets in both forms', async () => {
    const kubeconfig = withUser({ username: 'admin', password: 'a-basic-password' })
    const { secrets } = await connect({ kubeconfig, context: undefined, environment: {} })
    expect(secrets).toEqual([Buffer.from('admin:a-basic-password').toString('base64'), 'a-basic-password'])
  })

  test('of nobody: the server does not accept them', async () => {
    expect(await failureOf(ask({ kubeconfig: withUser({}) }))).toMatchObject({ code: 'unauthorized' })
  })
})

describe('the certificate of the server', () => {
  test('of another authority', async () => {
    const certificate = 'certificate-authority-data'
    const foreign = (parse(other.kubeconfig) as Kubeconfig).clusters[0]?.cluster[certificate]
    const kubeconfig = changed(({ clusters: [first] }) =>
      Object.assign(first?.cluster ?? {}, { [certificate]: foreign })
    )
    const failure = await failureOf(ask({ kubeconfig }))
    expect(failure.code).toBe('cluster-unreachable')
    expect(failure.message).toMatch(/^the API server cannot be reached: 127\.0\.0\.1:\d+: .*(certificate|self.signed)/)
    expect(wordsOf(failure)).not.toContain(api.token)
  })

  test('is not asked for where the kubeconfig says so', async () => {
    const kubeconfig = changed(({ clusters: [first] }) => {
      if (first !== undefined) first.cluster = { server: api.url, 'insecure-skip-tls-verify': true }
    })
    expect(await ask({ kubeconfig })).toMatchObject({ server: api.url })
  })

  test('is for another name than that of the server, which tls-server-name tells', async () => {
    const server = api.url.replace('127.0.0.1', 'localhost')
    const kubeconfig = changed(({ clusters: [first] }) => {
      Object.assign(first?.cluster ?? {}, { server, 'tls-server-name': 'localhost' })
    })
    expect(await ask({ kubeconfig })).toMatchObject({ server })
  })
})
