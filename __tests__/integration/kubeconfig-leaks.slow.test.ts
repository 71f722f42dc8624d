import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse, stringify } from 'yaml'
import { expectNoSecret } from '../support/captured.ts'
import { type Deployment, deploy } from '../support/cluster/deploy.ts'
import { selfSignedCertificate } from '../support/kubernetes-api/http/certificate.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { verify } from '../support/verify.ts'
import { changed, type Kubeconfig } from './kubeconfigs.ts'
import { namespace } from './rendering.ts'

let stage: Stage
let folder: string
let key: string
/** The kubeconfig of the stage, with a client certificate beside its token. */
let block: string

beforeAll(async () => {
  stage = await startStage()
  const pair = await selfSignedCertificate()
  key = base64(pair.key)
  block = changed(stage.api, ({ users: [first] }) => {
    Object.assign(first?.user ?? {}, { 'client-certificate-data': base64(pair.cert), 'client-key-data': key })
  })
})
afterAll(async () => stage[Symbol.asyncDispose]())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leaks-'))
})
afterEach(async () => rm(folder, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')
/** Flow YAML that is no JSON: no quotes around what needs none. */
const flow = (text: string) =>
  stringify(parse(text), { collectionStyle: 'flow', lineWidth: 0 }).replace(/\s*\n\s*/g, ' ')

/** How a text of a kubeconfig stands in a variable. */
const kinds: [string, (text: string) => string][] = [
  ['JSON on one line', (text) => JSON.stringify(parse(text))],
  ['flow YAML on one line', flow],
  ['block YAML', (text) => text],
  ['base64', base64],
  ['base64 in lines', (text) => base64(text).replace(/.{76}/g, '$&\n')]
]

function secrets(): string[] {
  const { token, password } = stage.api
  return [token, key, Buffer.from(key, 'base64').toString('utf8'), password, encodeURIComponent(password)]
}

async function deploying(
  KUBECONFIG: string,
  inputs: Record<string, string> = {}
): Promise<Deployment & { failure: string }> {
  const refuse = () => Promise.reject(new Error('there is no cluster behind this namespace'))
  const place = {
    name: namespace,
    kubeconfig: '',
    kubectl: refuse,
    apply: refuse,
    redisCli: refuse,
    credential: refuse
  }
  const deployment = await deploy(
    { ...place, [Symbol.asyncDispose]: async () => {} },
    { 'redis-password': stage.password, ...inputs },
    { env: { KUBECONFIG } }
  )
  expectNoSecret(deployment.captured, [...secrets(), stage.password])
  expect(deployment.leftovers).toEqual([])
  return { ...deployment, failure: deployment.annotations.map(({ message }) => message).join('\n') }
}

async function verifying(KUBECONFIG: string) {
  const run = await verify({ name: namespace, kubeconfig: KUBECONFIG })
  expectNoSecret(run.captured, [...secrets(), stage.password])
  return { ...run, failure: run.annotations.map(({ message }) => message).join('\n') }
}

/** With a name and a password in the URL of the server, and an address that is not that of the stage if one is given. */
function withUserInfo(userInfo: string, host = new URL(stage.api.url).host): string {
  return changed(stage.api, ({ clusters: [first], users }) => {
    Object.assign(first?.cluster ?? {}, { server: `https://${userInfo}@${host}` })
    // They are not sent where there are others.
    Object.assign(users[0]?.user ?? {}, { token: 'a-token-that-nobody-knows' })
  })
}

describe('the text of a kubeconfig in KUBECONFIG', () => {
  test.each(kinds)('is used and masked as %s', async (_kind, kind) => {
    const value = kind(block)
    const deployment = await deploying(value)
    expect(deployment.rendered).toContain('verdict: passed')
    expect(deployment.masks).toEqual(expect.arrayContaining([stage.api.token, key]))
    // Compared here, so that a failure does not print it.
    const isMasked = deployment.masks.includes(value.trim())
    expect(isMasked).toBe(!value.trim().includes('\n'))
  })

  test.each(kinds)('is not shown if cut off as %s', async (_kind, kind) => {
    const value = kind(block)
    const { failure, outputs, masks } = await deploying(value.slice(0, value.length - 20))
    expect(outputs['failure-code']).toBe('invalid-input')
    // Where base64 is cut depends on the length of the certificate: a part of the name of the context may be left.
    expect(failure).toMatch(
      /^the kubeconfig (cannot be read: the text in KUBECONFIG is|names no current context|has no context "k)/
    )
    expect(masks).toContain(stage.api.token)
  })

  test.each(kinds)('is not shown by verify as %s', async (_kind, kind) => {
    const value = kind(block)
    expect(await verifying(value)).toMatchObject({ exitCode: 0 })
    expect((await verifying(value.slice(0, value.length - 20))).failure).toMatch(/^the kubeconfig /)
  })

  test('is not shown if the server does not respond', async () => {
    const value = JSON.stringify(parse(block.replace(stage.api.url, 'https://127.0.0.1:1')))
    const { failure, outputs } = await deploying(value)
    expect(outputs['failure-code']).toBe('cluster-unreachable')
    expect(failure).toMatch(/^the API server cannot be reached: 127\.0\.0\.1:1: connect ECONNREFUSED/)
  })

  test.each([
    ['an alias', (token: string) => `users: [{name: a, user: {token: *${token}}}]`],
    ['a tag', (token: string) => `{users: [{name: a, user: {token: !${token} x}}]}`],
    ['a key of its own', (token: string) => `{${token}: {`],
    ['a file of a token', (token: string) => `{users: [{name: a, user: {token-file: ${token}}}]}`],
    ['a list', (token: string) => `- {token: ${token}}`],
    [
      'a server',
      (token: string) =>
        changed(stage.api, ({ clusters: [first] }) => {
          Object.assign(first?.cluster ?? {}, { server: token })
        })
    ],
    [
      'a path of a key',
      (token: string) =>
        changed(stage.api, ({ users: [first] }) => {
          Object.assign(first?.user ?? {}, { 'client-key': token })
        })
    ],
    [
      'an address of a proxy',
      (token: string) =>
        changed(stage.api, ({ clusters: [first] }) => {
          Object.assign(first?.cluster ?? {}, { 'proxy-url': token })
        })
    ],
    [
      'a command line of a plugin',
      (token: string) =>
        changed(stage.api, ({ users }) => {
          users[0] = { name: 'kubernetes-api', user: { exec: { command: `get-token --key ${token}` } } }
        })
    ],
    [
      'words of a plugin',
      (token: string) =>
        changed(stage.api, ({ users }) => {
          const command = { command: 'sh', args: ['-c', 'echo "key $A_KEY refused, token=$OTHER" >&2; exit 1'] }
          const env = [
            { name: 'A_KEY', value: token },
            { name: 'OTHER', value: token }
          ]
          users[0] = { name: 'kubernetes-api', user: { exec: { ...command, env } } }
        })
    ],
    [
      'a token of a provider',
      (token: string) =>
        changed(stage.api, ({ users }) => {
          const config = { 'id-token': `${base64('{}')}.${base64(token)}.x` }
          users[0] = { name: 'kubernetes-api', user: { 'auth-provider': { name: 'oidc', config } } }
        })
    ],
    ['a path', (token: string) => token],
    ['one path of several', (token: string) => `/nowhere:${token}:/elsewhere`]
  ])('is not shown with a token in place of %s', async (_where, value) => {
    const { failure, exitCode } = await verifying(value(stage.api.token))
    expect(exitCode).toBe(1)
    expect(failure).toMatch(/kubeconfig|context/)
  })
})

describe('a file in KUBECONFIG', () => {
  test('is identified by its position among others', async () => {
    await writeFile(join(folder, 'a'), block)
    await writeFile(join(folder, 'b'), '{"token": ["')
    const { failure } = await deploying(`${join(folder, 'a')}:${join(folder, 'b')}`)
    expect(failure).toContain('file 2 of 2 that KUBECONFIG names is not YAML (line 1, column 13): unexpected end')
    expect(failure).not.toContain(folder)
  })
})

test('with a PEM key instead of base64 is identified by its field without showing it', async () => {
  const pem = Buffer.from(key, 'base64').toString('utf8')
  const value = changed(stage.api, ({ users: [first] }) => {
    const { 'client-certificate-data': cert } = (parse(block) as Kubeconfig).users[0]?.user ?? {}
    Object.assign(first?.user ?? {}, { 'client-certificate-data': cert, 'client-key-data': pem })
  })
  const { failure, outputs, captured } = await deploying(value)
  expect(outputs['failure-code']).toBe('invalid-input')
  expect(failure).toContain('the client-key-data of its user is PEM itself, and not base64 of it')
  expectNoSecret(captured, pem.trim().split(/\s*\n/).slice(1, -1))
})

describe('user name and password in the URL of the server', () => {
  const proxy = () => `proxy:${encodeURIComponent(stage.api.password)}`

  test('are sent instead of the token, as kubectl does, and not shown', async () => {
    const deployment = await deploying(withUserInfo(proxy()))
    expect(deployment.rendered).toContain('verdict: passed')
    expect(deployment.rendered).toContain(` at ${stage.api.url}/`)
    expect(deployment.captured).not.toContain('proxy:')
    expect((await verifying(withUserInfo(proxy()))).exitCode).toBe(0)
  })

  test('are not shown in a plan', async () => {
    const deployment = await deploying(withUserInfo(proxy()), { 'dry-run': 'server' })
    expect(deployment.rendered).toContain('verdict: planned')
  })

  test('are not shown if the server rejects them', async () => {
    const { failure, outputs } = await deploying(withUserInfo(proxy().replace('proxy', 'stranger')))
    expect(outputs['failure-code']).toBe('unauthorized')
    expect(failure).not.toContain('stranger')
  })

  test('are not shown if the server does not respond', async () => {
    const { failure, outputs } = await deploying(withUserInfo(proxy(), '127.0.0.1:1'))
    expect(outputs['failure-code']).toBe('cluster-unreachable')
    expect(failure).toMatch(/^the API server cannot be reached: 127\.0\.0\.1:1: connect ECONNREFUSED/)
  })

  test('are not shown if they make the URL invalid', async () => {
    const { failure, outputs } = await deploying(withUserInfo(`proxy:${stage.api.password}`))
    expect(outputs['failure-code']).toBe('invalid-input')
    expect(failure).toContain('the server of the kubeconfig has an @ in its path')
  })

  test.each(['somebody:1234/S3cretPart2', 'somebody:x@S3cretPart2/y'])(
    'are not shown if the URL splits %s into host and path',
    async (userInfo) => {
      const { failure, masks, captured } = await deploying(withUserInfo(userInfo, '10.88.0.1:6443'))
      expect(failure).toContain('the server of the kubeconfig has an @ in its path')
      expect(masks).toEqual(expect.arrayContaining([userInfo, 'S3cretPart2']))
      expectNoSecret(captured, [userInfo, 'S3cretPart2'])
    }
  )

  test('are not shown if they are those of a proxy that does not respond', async () => {
    const value = changed(stage.api, ({ clusters: [first] }) => {
      Object.assign(first?.cluster ?? {}, { 'proxy-url': `http://${proxy()}@127.0.0.1:1` })
    })
    expect((await deploying(value)).outputs['failure-code']).toBe('cluster-unreachable')
  })
})
