import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  CreateReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  type ReplicationGroup
} from '@aws-sdk/client-elasticache'
import { cacheScene, untilReached } from '../e2e/tls-cache.ts'
import { type AwsStandIn, putSecret, storeFor } from '../support/cluster/aws-stand-in.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'
import { root } from '../support/root.ts'

const run = promisify(execFile)

/** What examples/deploy.yml expects of production: the account in AWS, and the cluster with a way into it. */
export interface Production extends AsyncDisposable {
  readonly namespace: TestNamespace
  /** The token of the cache, as it stands in Secrets Manager. */
  readonly password: string
  /** What the machine of the runner has: the way to AWS, and a trusted authority. */
  readonly environment: Readonly<Record<string, string>>
  /** The names of all pods but that of the cache. */
  otherPods(): Promise<string[]>
}

/** The names that stand in the example. */
const group = 'hospital-erp'
const region = 'eu-central-1'
const remoteSecret = 'hospital-erp/redis'
const store = 'aws-secrets-manager'

export async function production(standIn: AwsStandIn): Promise<Production> {
  await using started = new AsyncDisposableStack()
  const host = await primaryEndpoint(standIn)
  // A Redis with TLS stands for the cache itself, and pods find it by the name that AWS gave the group.
  const scene = started.use(await cacheScene(host))
  const { namespace, password, authority, otherPods } = scene
  const address = await namespace.kubectl('get', 'service', 'cache', '--output=jsonpath={.spec.clusterIP}')
  await run(join(standIn.program, '..', 'cluster'), ['host', host, address])
  await untilReached(scene)
  await namespace.kubectl('delete', 'secret', 'redis-credentials')
  const rbac = await kubectl('kustomize', join(root, 'manifests', 'rbac-managed'))
  await kubectlWithInput(rbac.replaceAll('hospital-erp-system', namespace.name), 'apply', '-f', '-')
  await storeFor(standIn, namespace, { name: store })
  await putSecret(standIn, remoteSecret, { host, port: 6379, password, url: `rediss://:${password}@${host}:6379` })
  const directory = await mkdtemp(join(tmpdir(), 'production-'))
  started.defer(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'authority.pem'), authority.certificate)
  const { accessKeyId, secretAccessKey } = standIn.credentials
  const environment = {
    AWS_ENDPOINT_URL: standIn.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    NODE_EXTRA_CA_CERTS: join(directory, 'authority.pem')
  }
  const running = started.move()
  return { namespace, password, environment, otherPods, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/**
 * Makes the replication group as docs/production.md says, in the region of the example; an earlier run of the tests may
 * have made it. @returns the name of its primary endpoint
 */
async function primaryEndpoint({ endpoint, credentials }: AwsStandIn): Promise<string> {
  const client = new ElastiCacheClient({ region, endpoint, credentials })
  try {
    const wanted = new CreateReplicationGroupCommand({
      ReplicationGroupId: group,
      ReplicationGroupDescription: group,
      Engine: 'redis',
      CacheNodeType: 'cache.t4g.small',
      ReplicasPerNodeGroup: 1,
      MultiAZEnabled: true,
      AutomaticFailoverEnabled: true,
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
      UserGroupIds: ['backends'],
      SnapshotRetentionLimit: 7
    })
    await client.send(wanted).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'ReplicationGroupAlreadyExistsFault') throw error
    })
    const described = await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: group }))
    return hostOf(described.ReplicationGroups?.[0])
  } finally {
    client.destroy()
  }
}

function hostOf(described: ReplicationGroup | undefined): string {
  const host = described?.NodeGroups?.[0]?.PrimaryEndpoint?.Address
  if (host === undefined) throw new Error(`the replication group ${group} has no primary endpoint`)
  return host
}
