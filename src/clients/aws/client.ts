import {
  type CacheCluster,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  DescribeServerlessCachesCommand,
  ElastiCacheClient,
  type ReplicationGroup,
  type ServerlessCache
} from '@aws-sdk/client-elasticache'

/** The time limits for AWS, in milliseconds. */
export interface Limits {
  connection: number
  /** From the connection to the complete response, for each of the three attempts of the SDK. */
  request: number
}

/** The API of ElastiCache, read only. Every method throws what the SDK throws. */
export interface ElastiCache extends Disposable {
  /** The region of the requests: the given one, else AWS_REGION or the one of the profile. */
  region(): Promise<string>
  /** Gets the credentials by the default chain of the SDK, and caches them in the client. */
  authenticate(): Promise<void>
  /** One group, or without an ID the first hundred of the region. */
  replicationGroups(id: string | undefined, signal: AbortSignal): Promise<ReplicationGroup[]>
  serverlessCaches(name: string, signal: AbortSignal): Promise<ServerlessCache[]>
  cacheClusters(id: string, signal: AbortSignal): Promise<CacheCluster[]>
}

/**
 * Opens the API with the AWS SDK. This file is a bundle of its own, loaded only where it is needed; see load.ts.
 * @param region undefined leaves it to the SDK, which reads AWS_REGION and then the profile
 */
export function openElastiCache(region: string | undefined, { connection, request }: Limits): ElastiCache {
  const client = new ElastiCacheClient({
    ...(region !== undefined && { region }),
    customUserAgent: 'redis-cache-action',
    requestHandler: { connectionTimeout: connection, requestTimeout: request, throwOnRequestTimeout: true }
  })
  return {
    region: () => client.config.region(),
    authenticate: async () => void (await client.config.credentials()),
    replicationGroups: async (id, abortSignal) => {
      const command = new DescribeReplicationGroupsCommand(id === undefined ? {} : { ReplicationGroupId: id })
      const { ReplicationGroups, $metadata } = await client.send(command, { abortSignal })
      // The SDK reads any page as a response with every field missing.
      if (ReplicationGroups === undefined) throw Object.assign(new Error('not an ElastiCache response'), { $metadata })
      return ReplicationGroups
    },
    serverlessCaches: async (name, abortSignal) => {
      const command = new DescribeServerlessCachesCommand({ ServerlessCacheName: name })
      return (await client.send(command, { abortSignal })).ServerlessCaches ?? []
    },
    cacheClusters: async (id, abortSignal) => {
      const command = new DescribeCacheClustersCommand({ CacheClusterId: id })
      return (await client.send(command, { abortSignal })).CacheClusters ?? []
    },
    [Symbol.dispose]: () => client.destroy()
  }
}
