import type { Endpoint, NodeGroup, ReplicationGroupFacts } from '../../clients/aws/facts.ts'
import { endpointForm, hostName } from '../../core/aws-endpoint.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { SecretAddress } from './deps.ts'
import { type Requirement, requirements } from './requirements.ts'

/** Whether a requirement holds, and what was seen. */
export interface Judgement {
  requirement: Requirement
  holds: boolean
  detail: string
}

type Seen = Omit<Judgement, 'requirement'>

/** Every requirement, in the order of their list. */
export function elasticacheChecks(facts: ReplicationGroupFacts, address: SecretAddress): Judgement[] {
  const seen: Record<Requirement, Seen> = {
    status: status(facts),
    'multi-az': { holds: facts.multiAz === 'enabled', detail: `Multi-AZ is ${sanitizeLine(facts.multiAz)}` },
    'automatic-failover': {
      holds: facts.automaticFailover === 'enabled',
      detail: `automatic failover is ${sanitizeLine(facts.automaticFailover)}`
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
    endpoint: checkEndpoint(address, facts)
  }
  return requirements.map((requirement) => ({ requirement, ...seen[requirement] }))
}

/**
 * A group that takes its daily backup works as configured. One that is being modified also responds, but the reported
 * settings need not be in force yet, and nodes may be replaced meanwhile.
 */
function status({ status }: ReplicationGroupFacts): Seen {
  return { holds: status === 'available' || status === 'snapshotting', detail: sanitizeLine(status) }
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
  const groups = userGroups.map((group) => `user group ${sanitizeLine(group)}`)
  const ways = [...(authToken ? ['auth token'] : []), ...groups]
  return { holds: ways.length > 0, detail: ways.join(', ') || 'neither an auth token nor a user group' }
}

/** Each shard on its own: the failure of a zone must leave a node of every shard. */
function replicas(nodeGroups: readonly NodeGroup[]): Seen {
  const [first, ...more] = nodeGroups
  if (first === undefined) return { holds: false, detail: 'AWS names no nodes' }
  const alone = nodeGroups.find(({ nodes }) => zonesOf(nodes).length < 2)
  if (more.length === 0) return { holds: alone === undefined, detail: nodesOf(first) }
  return alone === undefined
    ? { holds: true, detail: `each of ${nodeGroups.length} shards has nodes in two zones or more` }
    : { holds: false, detail: `shard ${sanitizeLine(alone.id)} has ${nodesOf(alone)}` }
}

function nodesOf({ nodes }: NodeGroup): string {
  const zones = zonesOf(nodes).map((zone) => sanitizeLine(zone))
  return `${count(nodes.length, 'node')} ${zones.length === 0 ? 'in an unknown zone' : `in ${zones.join(', ')}`}`
}

function zonesOf(nodes: NodeGroup['nodes']): string[] {
  return [...new Set(nodes.flatMap(({ zone }) => zone ?? []))].sort()
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

/** The endpoint that always leads to the writable node of a group, if it accepts writes. */
export function mainEndpoint({ configuration, nodeGroups }: ReplicationGroupFacts): Endpoint | undefined {
  return configuration ?? nodeGroups[0]?.primary
}

/** The notation of an endpoint: `master.sessions.abc123.euc1.cache.amazonaws.com:6379`. */
export function shownEndpoint({ host, port }: Endpoint): string {
  return `${sanitizeLine(host)}:${port}`
}

/** Whether the address in the Secret is the main endpoint of this group and accepts writes, and what was seen. */
export function checkEndpoint(
  address: SecretAddress,
  facts: ReplicationGroupFacts
): { holds: boolean; detail: string } {
  const main = mainEndpoint(facts)
  if (main === undefined) return { holds: false, detail: 'the replication group has no endpoint yet' }
  const right = `the ${facts.configuration === undefined ? 'primary' : 'configuration'} endpoint is ${shownEndpoint(main)}`
  const problem = whatIsWrong(address, main, facts)
  const detail = `${problem === undefined ? '' : `${problem}; `}${right}`
  if (facts.secondaryOf === undefined) return { holds: problem === undefined, detail }
  const datastore = `Global Datastore ${sanitizeLine(facts.secondaryOf)}`
  return { holds: false, detail: `${detail}, which accepts no writes: the group is a secondary of ${datastore}` }
}

function whatIsWrong(address: SecretAddress, main: Endpoint, facts: ReplicationGroupFacts): string | undefined {
  if (!isAt(main, address)) return `${sanitizeLine(address.host)} is ${whatIsAt(address, facts)}`
  return Number(address.port) === main.port ? undefined : `the Secret names port ${sanitizeLine(address.port)}`
}

function isAt(endpoint: Endpoint | undefined, { host }: SecretAddress): boolean {
  return endpoint !== undefined && hostName(endpoint.host) === hostName(host)
}

function whatIsAt(address: SecretAddress, { id, nodeGroups }: ReplicationGroupFacts): string {
  const group = groupIn(address.host)
  const { form } = endpointForm(address.host)
  const isReader = form === 'reader' || form === 'replica-tls'
  const own = group === id.toLowerCase()
  const node = nodeGroups.flatMap(({ nodes }) => nodes).find(({ id: name }) => isNamed(name, address.host))
  if (nodeGroups.some(({ reader }) => isAt(reader, address)) || (isReader && own)) {
    return 'the reader endpoint of this group, which refuses writes'
  }
  if (node !== undefined)
    return `the single node ${sanitizeLine(node.id)}, which becomes a replica at the next failover`
  if (own) return 'not a current endpoint of this group'
  if (group !== undefined) return `an endpoint of another group, ${sanitizeLine(group)}`
  return 'not an endpoint of this group'
}

/** The first label of a node's name is the node's ID. */
function isNamed(node: string, host: string): boolean {
  return node !== '' && hostName(host).startsWith(`${node.toLowerCase()}.`)
}

/** The group in the name of an endpoint. */
function groupIn(host: string): string | undefined {
  const [first = '', second] = hostName(host).split('.')
  switch (endpointForm(host).form) {
    case 'primary-tls':
    case 'replica-tls':
    case 'configuration-tls':
    case 'node-tls':
      return second
    case 'reader':
      return first.replace(/-ro$/, '')
    case 'primary':
    case 'configuration':
      return first
    default:
      return undefined
  }
}
