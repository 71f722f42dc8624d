import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type CacheScene, cacheScene, untilReached } from '../e2e/tls-cache.ts'
import { type AwsStandIn, putSecret, storeFor } from '../support/cluster/aws-stand-in.ts'
import { deploy } from '../support/cluster/deploy.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type Reader, readerOf } from '../support/cluster/reader.ts'
import { root } from '../support/root.ts'
import { verify } from '../support/verify.ts'
import type { Line } from './line.ts'
import { type Shown, shownBy } from './scene.ts'

const run = promisify(execFile)

/** A replication group that meets all requirements. */
const requirements = {
  ReplicasPerNodeGroup: 1,
  MultiAZEnabled: true,
  AutomaticFailoverEnabled: true,
  AtRestEncryptionEnabled: true,
  TransitEncryptionEnabled: true,
  UserGroupIds: ['backends'],
  SnapshotRetentionLimit: 3,
  Engine: 'redis',
  CacheNodeType: 'cache.t4g.micro'
}

/** A replication group as AWS describes it, as far as it is used here. */
interface Group {
  readonly id: string
  readonly host: string
  /** All that AWS says of it. */
  readonly described: string
}

/** The secret in AWS: all fields are text. */
type Fields = Record<string, string>

/**
 * A namespace of production: a stand-in for AWS has the credentials and the settings of the cache, and a Redis with TLS
 * in the cluster stands for the cache itself, which pods find by the name that AWS gave it.
 */
export class ManagedScene implements AsyncDisposable {
  readonly #aws: AwsStandIn
  readonly #cache: CacheScene
  readonly #reader: Reader
  readonly #own: Group
  readonly #folder: string
  readonly #secrets: string[]
  /** What the runs of this line are told of the replication group. */
  #group: Record<string, string> = {}
  #isChanged = true

  private constructor(aws: AwsStandIn, cache: CacheScene, reader: Reader, own: Group, folder: string) {
    this.#aws = aws
    this.#cache = cache
    this.#reader = reader
    this.#own = own
    this.#folder = folder
    this.#secrets = [cache.password, aws.credentials.secretAccessKey]
  }

  static async create(aws: AwsStandIn): Promise<ManagedScene> {
    const own = await groupOf(aws, {})
    const cache = await cacheScene(own.host)
    const { namespace } = cache
    const address = await namespace.kubectl('get', 'service', 'cache', '--output=jsonpath={.spec.clusterIP}')
    await run(join(aws.program, '..', 'cluster'), ['host', own.host, address])
    await untilReached(cache)
    await namespace.kubectl('delete', 'secret', 'redis-credentials')
    const rbac = await kubectl('kustomize', join(root, 'manifests', 'rbac-managed'))
    await kubectlWithInput(rbac.replaceAll('hospital-erp-system', namespace.name), 'apply', '--filename=-')
    await storeFor(aws, namespace)
    const folder = await mkdtemp(join(tmpdir(), 'managed-'))
    await writeFile(join(folder, 'authority.pem'), cache.authority.certificate)
    return new ManagedScene(aws, cache, await readerOf(namespace), own, folder)
  }

  /** Stores the right fields in AWS, if the line before changed them. */
  async prepare(): Promise<void> {
    if (this.#isChanged) await this.store({})
    this.#isChanged = false
  }

  /** Changes fields of the secret in AWS; `undefined` takes one out. `url` follows the others. */
  async store(changed: Readonly<Record<string, string | undefined>>): Promise<void> {
    this.#isChanged = true
    const fields = { host: this.#own.host, port: '6379', password: this.#cache.password, ...changed }
    const url = `rediss://:${fields.password}@${fields.host}:${fields.port}`
    const all = Object.entries({ ...fields, url, ...changed }).filter((pair): pair is [string, string] => !!pair[1])
    this.#secrets.push(...all.filter(([name]) => name === 'password' || name === 'url').map(([, value]) => value))
    await putSecret(this.#aws, this.#remoteSecret, Object.fromEntries(all) satisfies Fields)
  }

  /** Makes a replication group with other settings, and names it to the runs. @returns what AWS says of it */
  async group(changed: object): Promise<Group> {
    const group = await groupOf(this.#aws, changed)
    this.nameGroup(group.id)
    return group
  }

  /** Names a replication group to the runs; that of the cache, if nothing else is said. */
  nameGroup(id = this.#own.id): void {
    this.#group = { 'elasticache-replication-group': id, 'aws-region': this.#aws.region }
  }

  /** kubectl in the namespace, as administrator. */
  kubectl(...parameters: string[]): Promise<string> {
    return this.#cache.namespace.kubectl(...parameters)
  }

  /** A field of the Secret in the cluster. */
  credential(key: string): Promise<string> {
    return this.#cache.namespace.credential(key)
  }

  /** redis-cli in the pod of the cache, at one of its ports, with the token where nothing else is said. */
  async redis(port: number, ...command: string[]): Promise<string> {
    const script = `REDISCLI_AUTH=$(cat) redis-cli -p ${port} "$@" 2>&1 || true`
    const pod = ['--namespace', this.#cache.namespace.name, 'exec', '--stdin', 'cache', '--']
    return kubectlWithInput(this.#cache.password, ...pod, 'sh', '-c', script, 'sh', ...command)
  }

  /** A file that the caches of this namespace read. */
  async file(name: string): Promise<string> {
    const path = `--output=jsonpath={.data.${name.replaceAll('.', '\\.')}}`
    return Buffer.from(await this.kubectl('get', 'secret', 'cache-files', path), 'base64').toString('utf8')
  }

  async deploy({ inputs = {}, deployInputs = {} }: Line<ManagedScene>): Promise<Shown> {
    const all = { timeout: '60s', ...this.#inputs(), ...inputs, ...deployInputs }
    return shownBy(await deploy(this.#cache.namespace, all, { env: this.#env() }), this.#secrets)
  }

  async verify({ inputs = {} }: Line<ManagedScene>): Promise<Shown> {
    const all = { timeout: '30s', ...this.#inputs(), ...inputs }
    return shownBy(await verify(this.#reader, all, { env: this.#env() }), this.#secrets)
  }

  async heal(line: Line<ManagedScene>): Promise<void> {
    await line.heal?.(this)
    this.#group = {}
    const left = await this.#cache.otherPods()
    if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true })
    await this.#cache[Symbol.asyncDispose]()
  }

  get #remoteSecret(): string {
    return `${this.#cache.namespace.name}/redis`
  }

  #inputs(): Record<string, string> {
    const secret = { 'secret-store': 'SecretStore/aws', 'remote-secret': this.#remoteSecret }
    return { environment: 'production', ...secret, ...this.#group }
  }

  #env(): Record<string, string> {
    const { accessKeyId, secretAccessKey } = this.#aws.credentials
    return {
      AWS_ENDPOINT_URL: this.#aws.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      NODE_EXTRA_CA_CERTS: join(this.#folder, 'authority.pem')
    }
  }
}

/** Makes a replication group; the stand-in forgets it when it ends. */
async function groupOf({ program }: AwsStandIn, changed: object): Promise<Group> {
  const id = `test-${randomBytes(4).toString('hex')}`
  const { stdout } = await run(program, ['elasticache', id, JSON.stringify({ ...requirements, ...changed })])
  const { NodeGroups } = JSON.parse(stdout) as { NodeGroups: [{ PrimaryEndpoint: { Address: string } }] }
  return { id, host: NodeGroups[0].PrimaryEndpoint.Address, described: stdout }
}
