import type { NodeGroup, ReplicationGroupFacts } from '../../../../src/clients/aws/facts.ts'

export const domain = 'abc123.euc1.cache.amazonaws.com'
export const primary = { host: `master.sessions.${domain}`, port: 6379 }

/** A shard with its nodes in these zones. */
export function nodeGroup(...zones: (string | undefined)[]): NodeGroup {
  return {
    id: '0001',
    primary,
    reader: { host: `replica.sessions.${domain}`, port: 6379 },
    nodes: zones.map((zone, index) => ({ id: `sessions-00${index + 1}`, zone }))
  }
}

/** A group that is all that is required. */
export function groupWith(facts: Partial<ReplicationGroupFacts> = {}): ReplicationGroupFacts {
  return {
    id: 'sessions',
    region: 'eu-central-1',
    status: 'available',
    multiAz: 'enabled',
    automaticFailover: 'enabled',
    encryptedAtRest: true,
    tls: 'required',
    authToken: true,
    userGroups: [],
    backupDays: 1,
    configuration: undefined,
    nodeGroups: [nodeGroup('eu-central-1a', 'eu-central-1b')],
    secondaryOf: undefined,
    ...facts
  }
}
