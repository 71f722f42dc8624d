import { harmlessLine } from '../untrusted-text.ts'
import { judgeEndpoint } from './endpoint.ts'
import type { Address, NodeGroup, ReplicationGroupFacts } from './ports.ts'
import { type Requirement, requirements } from './requirements.ts'

/** Whether a requirement holds, and what was seen. */
export interface Judgement {
  requirement: Requirement
  holds: boolean
  detail: string
}

type Seen = Omit<Judgement, 'requirement'>

/** Every requirement, in the order of their list. */
export function judge(facts: ReplicationGroupFacts, address: Address): Judgement[] {
  const seen: Record<Requirement, Seen> = {
    status: status(facts),
    'multi-az': { holds: facts.multiAz === 'enabled', detail: `Multi-AZ is ${harmlessLine(facts.multiAz)}` },
    'automatic-failover': {
      holds: facts.automaticFailover === 'enabled',
      detail: `automatic failover is ${harmlessLine(facts.automaticFailover)}`
    },
    'encryption-at-rest': {
      holds: facts.encryptedAtRest,
      detail: facts.encryptedAtRest ? 'encrypted' : 'not encrypted'
    },
    'encryption-in-transit': encryptionInTransit(facts),
    authentication: authentication(facts),
    backups: {
      holds: facts.backupDays >= 1,
      detail: facts.backupDays >= 1 ? `kept for ${count(facts.backupDays, 'day')}` : 'no automatic backups'
    },
    'replica-in-another-zone': replicas(facts.nodeGroups),
    endpoint: judgeEndpoint(address, facts)
  }
  return requirements.map((requirement) => ({ requirement, ...seen[requirement] }))
}

/**
 * A group that takes its daily backup works as configured. One that is being modified also answers, but what AWS says of
 * it need not be in force yet, and nodes may be replaced while we look.
 */
function status({ status }: ReplicationGroupFacts): Seen {
  return { holds: status === 'available' || status === 'snapshotting', detail: harmlessLine(status) }
}

function encryptionInTransit({ tls }: ReplicationGroupFacts): Seen {
  const details = {
    required: 'TLS is required',
    preferred: 'TLS is possible and not required (mode preferred)',
    off: 'not encrypted'
  }
  return { holds: tls === 'required', detail: details[tls] }
}

function authentication({ authToken, userGroups }: ReplicationGroupFacts): Seen {
  const groups = userGroups.map((group) => `user group ${harmlessLine(group)}`)
  const ways = [...(authToken ? ['auth token'] : []), ...groups]
  return { holds: ways.length > 0, detail: ways.join(', ') || 'neither an auth token nor a user group' }
}

/** Each shard on its own: a zone that fails must leave a node of every one. */
function replicas(nodeGroups: readonly NodeGroup[]): Seen {
  const [first, ...more] = nodeGroups
  if (first === undefined) return { holds: false, detail: 'AWS names no nodes' }
  const alone = nodeGroups.find(({ nodes }) => zonesOf(nodes).length < 2)
  if (more.length === 0) return { holds: alone === undefined, detail: nodesOf(first) }
  return alone === undefined
    ? { holds: true, detail: `each of ${nodeGroups.length} shards has nodes in two zones or more` }
    : { holds: false, detail: `shard ${harmlessLine(alone.id)} has ${nodesOf(alone)}` }
}

function nodesOf({ nodes }: NodeGroup): string {
  const zones = zonesOf(nodes).map((zone) => harmlessLine(zone))
  return `${count(nodes.length, 'node')} ${zones.length === 0 ? 'in an unknown zone' : `in ${zones.join(', ')}`}`
}

function zonesOf(nodes: NodeGroup['nodes']): string[] {
  return [...new Set(nodes.flatMap(({ zone }) => zone ?? []))].sort()
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
