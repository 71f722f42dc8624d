import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { parse, stringify } from 'yaml'
import { expectNoSecret } from '../support/captured.ts'
import { type Deployment, deploy, expectClean } from '../support/cluster/deploy.ts'
import { kubectl } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { verify } from '../support/verify.ts'

// Tests of leaks: what fails now and then is what they look for.
jest.retryTimes(0)

interface Kubeconfig {
  clusters: { cluster: { server: string } }[]
  users: { user: { token?: string; 'client-key-data'?: string } }[]
}

const password = 'p@/%-of-the-url'
let namespace: TestNamespace
let deployer: Kubeconfig
/** With a client certificate, which the API server takes where it does not understand a password. */
let administrator: Kubeconfig

beforeAll(async () => {
  namespace = await testNamespace()
  deployer = parse(await readFile(namespace.kubeconfig, 'utf8')) as Kubeconfig
  const text = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=json')
  administrator = JSON.parse(text) as Kubeconfig
})
afterAll(async () => namespace[Symbol.asyncDispose]())

const base64 = (text: string) => Buffer.from(text).toString('base64')

function secretsOf({ users: [first] }: Kubeconfig): string[] {
  const { token = '', 'client-key-data': key = '' } = first?.user ?? {}
  return [token, key, Buffer.from(key, 'base64').toString('utf8')].filter((secret) => secret !== '')
}

async function deploying(kubeconfig: Kubeconfig, KUBECONFIG: string): Promise<Deployment> {
  const deployment = await deploy(namespace, {}, { env: { KUBECONFIG } })
  await expectClean(deployment, namespace, ...secretsOf(kubeconfig), password, encodeURIComponent(password))
  return deployment
}

function withUserInfo(kubeconfig: Kubeconfig): Kubeconfig {
  const clusters = kubeconfig.clusters.map((one) => {
    const server = one.cluster.server.replace('://', `://somebody:${encodeURIComponent(password)}@`)
    return { ...one, cluster: { ...one.cluster, server } }
  })
  return { ...kubeconfig, clusters }
}

describe('the text of a kubeconfig in KUBECONFIG', () => {
  test.each([
    ['JSON', (config: Kubeconfig) => JSON.stringify(config)],
    ['YAML', (config: Kubeconfig) => stringify(config)],
    ['base64', (config: Kubeconfig) => base64(stringify(config))]
  ])('is used to deploy and verify without being shown: %s', async (_kind, kind) => {
    const value = kind(deployer)
    const deployment = await deploying(deployer, value)
    expect(deployment.outputs).toMatchObject({ verdict: 'passed' })
    expect(await namespace.redisCli('ping')).toBe('PONG')
    const verified = await verify({ name: namespace.name, kubeconfig: value })
    expectNoSecret(verified.captured, secretsOf(deployer))
    expect(verified.annotations.map(({ message }) => message).join('\n')).not.toContain('the kubeconfig')
  })
})

describe('user name and password in the URL of the server', () => {
  test('are accepted beside a client certificate', async () => {
    const deployment = await deploying(administrator, JSON.stringify(withUserInfo(administrator)))
    expect(deployment.outputs).toMatchObject({ verdict: 'passed' })
    expect(deployment.rendered).not.toContain('somebody')
  })

  test('are rejected instead of a token, as with kubectl', async () => {
    const deployment = await deploying(deployer, JSON.stringify(withUserInfo(deployer)))
    expect(deployment.outputs['failure-code']).toMatch(/^(unauthorized|forbidden)$/)
    expect(deployment.rendered).not.toContain('somebody')
  })
})
