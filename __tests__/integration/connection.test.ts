import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { ask, changed } from './kubeconfigs.ts'
import { failureOf, wordsOf } from './outcome.ts'

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

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('the kubeconfig', () => {
  test('is read from the text of the input', async () => {
    const environment = { KUBECONFIG: '/nowhere' }
    expect(await ask({ kubeconfig: api.kubeconfig, environment })).toMatchObject({ server: api.url })
  })

  test('is read from base64, on one line or several', async () => {
    const base64 = Buffer.from(api.kubeconfig).toString('base64')
    expect(await ask({ kubeconfig: base64 })).toMatchObject({ server: api.url })
    expect(await ask({ kubeconfig: base64.replace(/.{76}/g, '$&\n') })).toMatchObject({ server: api.url })
  })

  test('is read from base64 of base64', async () => {
    const twice = Buffer.from(Buffer.from(api.kubeconfig).toString('base64')).toString('base64')
    expect(await ask({ kubeconfig: twice })).toMatchObject({ server: api.url })
  })

  test('is read from the file in KUBECONFIG', async () => {
    const path = await file('config', api.kubeconfig)
    expect(await ask({ environment: { KUBECONFIG: path } })).toMatchObject({ server: api.url })
  })

  test('is merged from several files, where the first one wins', async () => {
    const KUBECONFIG = [await file('a', api.kubeconfig), await file('b', other.kubeconfig)].join(':')
    expect(await ask({ environment: { KUBECONFIG } })).toMatchObject({ server: api.url })
  })

  test('is merged from several files, where missing ones are skipped', async () => {
    const renamed = changed(other, (config) => {
      for (const each of [...config.clusters, ...config.users, ...config.contexts]) each.name = 'other'
      for (const { context } of config.contexts) Object.assign(context, { cluster: 'other', user: 'other' })
      config['current-context'] = 'other'
    })
    const none = changed(api, (config) => delete config['current-context'])
    const KUBECONFIG = [join(folder, 'missing'), await file('a', none), await file('b', renamed)].join(':')
    expect(await ask({ environment: { KUBECONFIG } })).toMatchObject({ server: other.url, context: 'other' })
    const context = 'kubernetes-api'
    expect(await ask({ environment: { KUBECONFIG }, context })).toMatchObject({ server: api.url, context })
  })

  test('is refused for a file that does not exist', async () => {
    const missing = join(folder, 'missing')
    expect(await failureOf(ask({ environment: { KUBECONFIG: missing } }))).toMatchObject({
      code: 'invalid-input',
      message: 'the kubeconfig cannot be read: the file that KUBECONFIG names does not exist',
      hint: expect.stringContaining('the input `kubeconfig`')
    })
  })

  test('is read from the default file if the variable is empty', async () => {
    await mkdir(join(folder, '.kube'))
    await file('.kube/config', api.kubeconfig)
    expect(await ask({ environment: { KUBECONFIG: '', HOME: folder } })).toMatchObject({ server: api.url })
    expect(await failureOf(ask({ environment: { KUBECONFIG: ':' } }))).toMatchObject({
      code: 'invalid-input',
      message: 'the kubeconfig cannot be read: KUBECONFIG names no file'
    })
  })

  test('is refused for a YAML error without showing the text around it', async () => {
    const failure = await failureOf(ask({ kubeconfig: 'users: [\n  token: a-secret-token\n  b: }' }))
    expect(failure).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('flow collection') })
    expect(wordsOf(failure)).not.toContain('a-secret-token')
  })

  test.each([
    ['a string in quotes', () => JSON.stringify(JSON.stringify(parse(api.kubeconfig)))],
    ['a token', () => api.token],
    ['base64 without its head', () => Buffer.from(api.kubeconfig).toString('base64').slice(5)],
    ['YAML of something else', () => 'kind: Secret\nstringData: {token: a-token}\n']
  ])('is refused for %s without reading a context', async (_what, text) => {
    const kubeconfig = text()
    for (const source of [{ kubeconfig }, { environment: { KUBECONFIG: await file('config', kubeconfig) } }]) {
      const failure = await failureOf(ask(source))
      expect(failure).toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(/ is not a kubeconfig: it has no clusters and no contexts$/),
        hint: expect.stringContaining('set the input `kubeconfig` to the text of a kubeconfig file')
      })
      expect(wordsOf(failure)).not.toContain(api.token)
    }
  })

  test('is read from a second file beside an empty one', async () => {
    const KUBECONFIG = [await file('empty', '{}'), await file('config', api.kubeconfig)].join(':')
    expect(await ask({ environment: { KUBECONFIG } })).toMatchObject({ server: api.url })
  })

  test.each([
    ['an invalid text', 'no: [kubeconfig'],
    ['a path in place of the text', '/home/runner/.kube/config'],
    ['an empty document', '{}']
  ])('is refused for %s', async (_situation, kubeconfig) => {
    expect(await failureOf(ask({ kubeconfig }))).toMatchObject({ code: 'invalid-input' })
  })
})

describe('the context', () => {
  test('is refused with the available ones if it does not exist', async () => {
    const kubeconfig = changed(api, ({ contexts: [first, ...rest], ...config }) => {
      if (first !== undefined) Object.assign(config, { contexts: [first, ...rest, { ...first, name: 'staging' }] })
    })
    expect(await failureOf(ask({ kubeconfig, context: 'production' }))).toMatchObject({
      code: 'invalid-input',
      message: 'the kubeconfig has no context "production"; it has kubernetes-api',
      hint: 'set the input `context`'
    })
  })

  test('is refused if none is selected', async () => {
    const kubeconfig = changed(api, (config) => delete config['current-context'])
    expect(await failureOf(ask({ kubeconfig }))).toMatchObject({
      code: 'invalid-input',
      message: 'the kubeconfig names no current context; it has kubernetes-api'
    })
  })

  test('is refused if its cluster does not exist', async () => {
    const kubeconfig = changed(api, (config) => {
      config.clusters = []
    })
    expect(await failureOf(ask({ kubeconfig }))).toMatchObject({ code: 'invalid-input' })
  })
})
