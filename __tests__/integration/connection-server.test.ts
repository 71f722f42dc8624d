import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { ask, changed, type Kubeconfig, withCluster } from './kubeconfigs.ts'
import { failureOf, wordsOf } from './outcome.ts'

let api: KubernetesApi
let other: KubernetesApi

beforeAll(async () => {
  api = await startKubernetesApi()
  other = await startKubernetesApi()
})
afterAll(async () => {
  await api.close()
  await other.close()
})

describe('the server of a kubeconfig', () => {
  test.each(['10.0.0.1:6443', 'localhost:6443', 'ftp://10.0.0.1'])(
    'is refused as %s, which is not a usable URL',
    async (server) => {
      expect(await failureOf(ask({ kubeconfig: withCluster(api, { server }) }))).toMatchObject({
        code: 'invalid-input',
        message: 'the server of context kubernetes-api must be a URL that begins with https:// or http://',
        hint: 'write it into the kubeconfig as in `server: https://10.0.0.1:6443`'
      })
    }
  )

  test('gets no credentials without TLS, as from `kubectl proxy`', async () => {
    const seen: (string | undefined)[] = []
    const proxy = createServer(({ headers }, response) => {
      seen.push(headers.authorization)
      response.setHeader('content-type', 'application/json').end('{"kind": "Namespace"}')
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    const address = proxy.address()
    const server = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    expect(await ask({ kubeconfig: withCluster(api, { server }) })).toEqual({
      server,
      context: 'kubernetes-api',
      secrets: [api.token]
    })
    expect(seen).toEqual([undefined])
    proxy.close()
  })

  test('is refused if its CA file does not exist', async () => {
    const kubeconfig = withCluster(api, { server: api.url, 'certificate-authority': '/nowhere/ca.crt' })
    expect(await failureOf(ask({ kubeconfig }))).toMatchObject({
      code: 'invalid-input',
      message: 'context kubernetes-api names a file that cannot be read (ENOENT): a certificate, a key or a token',
      hint: 'embed its content in the kubeconfig: `kubectl config view --raw --flatten --minify`'
    })
  })

  test.each(['server', 'proxy-url'])('is not contacted with an unencoded password in %s', async (field) => {
    const kubeconfig = withCluster(api, {
      server: api.url,
      [field]: 'https://somebody:1234/S3cretPart2@10.88.0.1:6443'
    })
    const failure = await failureOf(ask({ kubeconfig }))
    expect(failure).toMatchObject({
      code: 'invalid-input',
      message: `the ${field} of the kubeconfig has an @ in its path`,
      hint: 'encode the user name and password in the URL (@ / ? # as %40 %2F %3F %23)'
    })
    expect(wordsOf(failure)).not.toMatch(/somebody|1234|S3cret/)
  })

  test('is refused behind a proxy that is not a URL', async () => {
    const kubeconfig = withCluster(api, { server: api.url, 'proxy-url': 'proxy' })
    expect(await failureOf(ask({ kubeconfig }))).toMatchObject({
      code: 'invalid-input',
      message: 'context kubernetes-api cannot be used: its proxy-url is not a URL'
    })
  })
})

describe('the certificate of the server', () => {
  test('is refused if another CA issued it', async () => {
    const certificate = 'certificate-authority-data'
    const foreign = (parse(other.kubeconfig) as Kubeconfig).clusters[0]?.cluster[certificate]
    const kubeconfig = changed(api, ({ clusters: [first] }) =>
      Object.assign(first?.cluster ?? {}, { [certificate]: foreign })
    )
    const failure = await failureOf(ask({ kubeconfig }))
    expect(failure.code).toBe('cluster-unreachable')
    expect(failure.message).toMatch(/^the API server cannot be reached: 127\.0\.0\.1:\d+: .*(certificate|self.signed)/)
    expect(wordsOf(failure)).not.toContain(api.token)
  })

  test('is not checked with insecure-skip-tls-verify', async () => {
    const kubeconfig = withCluster(api, { server: api.url, 'insecure-skip-tls-verify': true })
    expect(await ask({ kubeconfig })).toMatchObject({ server: api.url })
  })

  test('may be for another name that tls-server-name sets', async () => {
    const server = api.url.replace('127.0.0.1', 'localhost')
    const kubeconfig = changed(api, ({ clusters: [first] }) => {
      Object.assign(first?.cluster ?? {}, { server, 'tls-server-name': 'localhost' })
    })
    expect(await ask({ kubeconfig })).toMatchObject({ server })
  })
})
