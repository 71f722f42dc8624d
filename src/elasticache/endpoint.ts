import { endpointForm, hostName } from '../endpoint.ts'
import { harmlessLine } from '../untrusted-text.ts'
import type { Address, Endpoint, ReplicationGroupFacts } from './ports.ts'

/** The endpoint that always leads to where a group takes writes, if it takes any. */
export function mainEndpoint({ configuration, nodeGroups }: ReplicationGroupFacts): Endpoint | undefined {
  return configuration ?? nodeGroups[0]?.primary
}

/** How an endpoint is written: `master.sessions.abc123.euc1.cache.amazonaws.com:6379`. */
export function shown({ host, port }: Endpoint): string {
  return `${harmlessLine(host)}:${port}`
}

/** Whether the address in the Secret is the main endpoint of this group and takes writes, and what was seen. */
export function judgeEndpoint(address: Address, facts: ReplicationGroupFacts): { holds: boolean; detail: string } {
  const main = mainEndpoint(facts)
  if (main === undefined) return { holds: false, detail: 'the replication group has no endpoint yet' }
  const right = `the ${facts.configuration === undefined ? 'primary' : 'configuration'} endpoint is ${shown(main)}`
  const problem = whatIsWrong(address, main, facts)
  const detail = `${problem === undefined ? '' : `${problem}; `}${right}`
  if (facts.secondaryOf === undefined) return { holds: problem === undefined, detail }
  const datastore = `Global Datastore ${harmlessLine(facts.secondaryOf)}`
  return { holds: false, detail: `${detail}, which takes no writes: the group is a secondary of ${datastore}` }
}

function whatIsWrong(address: Address, main: Endpoint, facts: ReplicationGroupFacts): string | undefined {
  if (!isAt(main, address)) return `${harmlessLine(address.host)} is ${whatIsAt(address, facts)}`
  return Number(address.port) === main.port ? undefined : `the Secret names port ${harmlessLine(address.port)}`
}

function isAt(endpoint: Endpoint | undefined, { host }: Address): boolean {
  return endpoint !== undefined && hostName(endpoint.host) === hostName(host)
}

function whatIsAt(address: Address, { id, nodeGroups }: ReplicationGroupFacts): string {
  const group = groupIn(address.host)
  const { form } = endpointForm(address.host)
  const isReader = form === 'reader' || form === 'replica-tls'
  const own = group === id.toLowerCase()
  const node = nodeGroups.flatMap(({ nodes }) => nodes).find(({ id: name }) => isNamed(name, address.host))
  if (nodeGroups.some(({ reader }) => isAt(reader, address)) || (isReader && own)) {
    return 'the reader endpoint of this group, which refuses writes'
  }
  if (node !== undefined)
    return `the single node ${harmlessLine(node.id)}, which becomes a replica at the next failover`
  if (own) return 'no endpoint that this group has now'
  if (group !== undefined) return `an endpoint of another one, ${harmlessLine(group)}`
  return 'no endpoint of this group'
}

/** The first label of a node's name is the node's ID. */
function isNamed(node: string, host: string): boolean {
  return node !== '' && hostName(host).startsWith(`${node.toLowerCase()}.`)
}

/** The group that an endpoint's name tells of. */
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
