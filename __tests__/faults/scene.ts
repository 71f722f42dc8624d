import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expectNoSecret } from '../support/captured.ts'
import { type Deployment, deploy } from '../support/cluster/deploy.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { type Reader, readerOf } from '../support/cluster/reader.ts'
import type { NodeActionResult } from '../support/node-action.ts'
import { root } from '../support/root.ts'
import { verify } from '../support/verify.ts'
import { type Workspace, workspaceWith } from '../support/workspace.ts'
import { type Line, type Own, plantedPassword } from './line.ts'
import { differences, putBack, type State, stateOf } from './state.ts'

/** What a run showed. */
export interface Shown {
  readonly code: string
  /** The sentence and the hint of a failure. */
  readonly failure: string
  /** The first sentence of the summary, and what it tells besides. */
  readonly notes: string
  /** The end of the log, for whoever reads a failed test. */
  readonly log: string
}

/** The rules for the objects that some lines add to the manifests. */
const more = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'more' },
      rules: [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'create', 'patch'] },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'create', 'patch'] }
      ]
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'more' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'more' },
      subjects: ['redis-cache-deployer', 'redis-cache-reader'].map((name) => ({ kind: 'ServiceAccount', name }))
    }
  ]
}

/** A namespace with a Redis that the action deployed, in which faults are planted one after the other. */
export class Scene implements AsyncDisposable {
  readonly namespace: TestNamespace
  readonly #reader: Reader
  #workspace: Workspace | undefined
  #setting: Own | undefined
  #state: State | undefined
  #secrets: string[] = []

  private constructor(namespace: TestNamespace, reader: Reader) {
    this.namespace = namespace
    this.#reader = reader
  }

  static async create(): Promise<Scene> {
    const namespace = await testNamespace()
    // For those lines whose deployment asks from inside the cluster.
    const rbac = await kubectl('kustomize', join(root, 'manifests', 'rbac-probe'))
    await kubectlWithInput(rbac.replaceAll('hospital-erp-system', namespace.name), 'apply', '--filename=-')
    await kubectlWithInput(JSON.stringify(more), '--namespace', namespace.name, 'apply', '--filename=-')
    return new Scene(namespace, await readerOf(namespace))
  }

  /** Deploys what the line begins with, if something else runs now, and prepares the manifests of its runs. */
  async prepare({ setting, own }: Line): Promise<void> {
    if (this.#state === undefined || this.#setting !== setting) await this.#deploySetting(setting)
    await this.#use(own ?? setting)
  }

  /** redis-cli inside redis-0, with the password of the Secret. */
  redis(...command: string[]): Promise<string> {
    return this.namespace.redisCli(...command)
  }

  /** The same, but `no answer` after a second. */
  async redisNow(...command: string[]): Promise<string> {
    const script = 'REDISCLI_AUTH=$(cat /run/redis-credentials/password) timeout 1 redis-cli "$@" || echo no answer'
    return this.kubectl('exec', 'redis-0', '-c', 'redis', '--', 'sh', '-c', script, 'sh', ...command)
  }

  /** kubectl in the namespace, as administrator. */
  kubectl(...parameters: string[]): Promise<string> {
    return this.namespace.kubectl(...parameters)
  }

  /** `kubectl patch`, as somebody would who edits by hand. */
  async patch(object: string, patch: object, type: 'merge' | 'json' | 'strategic' = 'merge'): Promise<void> {
    await this.kubectl('patch', object, `--type=${type}`, `--patch=${JSON.stringify(patch)}`)
  }

  /** What the manifests of this line render to. */
  async kustomize(): Promise<string> {
    if (this.#workspace === undefined) throw new Error('this line has no manifests of its own')
    return kubectl('kustomize', `${this.#workspace.path}/deploy/redis`)
  }

  async deploy({ inputs = {}, deployInputs = {} }: Line): Promise<Shown> {
    const all = { timeout: '60s', ...this.#manifests(), ...inputs, ...deployInputs }
    const { path } = this.#workspace ?? {}
    return shownBy(await deploy(this.namespace, all, { workspace: path }), this.#secrets)
  }

  async verify({ inputs = {} }: Line): Promise<Shown> {
    const all = { timeout: '30s', ...this.#manifests(), ...inputs }
    const { path } = this.#workspace ?? {}
    return shownBy(await verify(this.#reader, all, { workspace: path }), this.#secrets)
  }

  /** Undoes what the line did. @throws Error if something of it is left that it does not say */
  async heal(line: Line): Promise<void> {
    const before = this.#state
    if (before === undefined) return
    try {
      await line.heal?.(this)
      const now = await stateOf(this.namespace)
      if (differences(before, now).length === 0) return
      await putBack(this.namespace, before, now)
      const left = differences(before, await stateOf(this.namespace))
      if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`)
    } catch (error) {
      // The next line begins with a new Redis.
      this.#state = undefined
      if (line.restarts !== true) throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workspace?.[Symbol.asyncDispose]()
    await this.namespace[Symbol.asyncDispose]()
  }

  #manifests(): Record<string, string> {
    return this.#workspace === undefined ? {} : { manifests: 'deploy/redis' }
  }

  async #use(own: Own | undefined): Promise<void> {
    await this.#workspace?.[Symbol.asyncDispose]()
    this.#workspace = own && (await workspaceWith(own.patches, own.files))
  }

  async #deploySetting(setting: Own | undefined): Promise<void> {
    // Without their owners, so that pods end at once, whatever grace their templates give them.
    await this.kubectl('delete', 'deployments,statefulsets', '--all', '--cascade=orphan', '--timeout=30s')
    await this.kubectl('delete', 'replicasets,pods', '--all', '--grace-period=1', '--timeout=60s')
    await this.kubectl('delete', 'services,configmaps,networkpolicies,persistentvolumeclaims', '--all', '--timeout=30s')
    await this.kubectl('delete', 'secret', 'redis-credentials', '--ignore-not-found')
    if (setting?.user !== undefined) await this.#writeSecret(setting.user)
    await this.#use(setting)
    const { path } = this.#workspace ?? {}
    const { outputs, rendered } = await deploy(this.namespace, this.#manifests(), { workspace: path })
    if (outputs['verdict'] !== 'passed') throw new Error(`what this line begins with cannot be deployed:\n${rendered}`)
    this.#secrets = [
      ...(await Promise.all(['password', 'url'].map((key) => this.namespace.credential(key)))),
      plantedPassword
    ]
    this.#setting = setting
    this.#state = await stateOf(this.namespace)
  }

  async #writeSecret(user: string): Promise<void> {
    const password = randomBytes(18).toString('base64url')
    const host = `redis.${this.namespace.name}.svc`
    const stringData = { host, port: '6379', password, url: `redis://${user}:${password}@${host}:6379` }
    await this.namespace.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'redis-credentials' },
      stringData
    })
  }
}

/** What a run showed, once no byte of it has a secret and nothing is left of it on the machine. */
export function shownBy(run: Deployment | NodeActionResult, secrets: readonly string[]): Shown {
  const { outputs, annotations, summary, rendered, captured, leftovers } = run
  expectNoSecret(captured, secrets)
  if (leftovers.length > 0) throw new Error(`left behind: ${leftovers.join(', ')}`)
  return {
    code: outputs['failure-code'] || outputs['verdict'] || 'no verdict',
    failure: annotations.map(({ message }) => message).join('\n'),
    notes: summary
      .split('\n')
      .filter((line) => /^(### |- )|⚠/.test(line))
      .join('\n'),
    log: rendered.split('\n').slice(-25).join('\n')
  }
}
