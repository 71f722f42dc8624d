import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { root } from '../root.ts'
import { kubectl, kubectlWithInput } from './kubectl.ts'

/** A namespace for one test, with Pod Security `restricted` and a deployer that has only manifests/rbac. */
export interface TestNamespace extends AsyncDisposable {
  readonly name: string
  /** Path of a kubeconfig with a token of the deployer. */
  readonly kubeconfig: string
  /** kubectl in this namespace, as administrator. */
  kubectl(...parameters: string[]): Promise<string>
  apply(document: object): Promise<void>
  /** redis-cli inside redis-0, with the password of the Secret. */
  redisCli(...parameters: string[]): Promise<string>
  /** The value of a key of Secret/redis-credentials. */
  credential(key: string): Promise<string>
}

export async function testNamespace(): Promise<TestNamespace> {
  const name = `redis-cache-test-${randomBytes(4).toString('hex')}`
  const directory = await mkdtemp(join(tmpdir(), `${name}-`))
  const kubeconfig = join(directory, 'kubeconfig')
  const inNamespace = (...parameters: string[]) => kubectl('--namespace', name, ...parameters)
  await kubectl('create', 'namespace', name)
  await kubectl('label', 'namespace', name, 'pod-security.kubernetes.io/enforce=restricted')
  const rbac = await kubectl('kustomize', join(root, 'manifests', 'rbac'))
  await kubectlWithInput(rbac.replaceAll('hospital-erp-system', name), 'apply', '-f', '-')
  await writeFile(kubeconfig, await kubeconfigFor(name, 'redis-cache-deployer'), { mode: 0o600 })
  const script = 'REDISCLI_AUTH=$(cat /run/redis-credentials/password) exec redis-cli "$@"'
  return {
    name,
    kubeconfig,
    kubectl: inNamespace,
    async apply(document) {
      await kubectlWithInput(JSON.stringify(document), '--namespace', name, 'apply', '-f', '-')
    },
    async redisCli(...parameters) {
      return (await inNamespace('exec', 'redis-0', '-c', 'redis', '--', 'sh', '-c', script, 'sh', ...parameters)).trim()
    },
    async credential(key) {
      const value = await inNamespace('get', 'secret', 'redis-credentials', `--output=jsonpath={.data.${key}}`)
      return Buffer.from(value, 'base64').toString('utf8')
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true })
      // Without waiting: Redis may take its time to save, and nothing else uses this name.
      await kubectl('delete', 'namespace', name, '--wait=false')
    }
  }
}

/** The text of a kubeconfig with a token of a service account. */
export async function kubeconfigFor(namespace: string, account: string): Promise<string> {
  const token = await kubectl('--namespace', namespace, 'create', 'token', account)
  const admin = JSON.parse(await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=json')) as {
    clusters: { name: string; cluster: object }[]
  }
  const [cluster] = admin.clusters
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: cluster?.cluster }],
    users: [{ name: account, user: { token: token.trim() } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: account } }]
  })
}
