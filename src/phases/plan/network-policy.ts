import { at, listAt, textAt } from '../../core/kubernetes/object.ts'
import { listed } from '../../core/listing.ts'
import type { Admission } from '../../core/rendered-cache/network-peers.ts'
import type { RenderedNetworkPolicy } from '../../core/rendered-cache/network-policies.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import { isSame, redactedTreeOf } from './redacted-tree.ts'

/** The peers and ports that one policy admits. */
interface PolicyAdmission extends Admission {
  policy: string
}

const mostAdmitted = 3

/**
 * How the NetworkPolicies would admit more clients to Redis. Policies are additive: what one of them admits is
 * admitted, and a pod that none of them selects is open to all.
 */
export function weakenedPolicies(before: RenderedCache, after: RenderedCache): string[] {
  const isLeaving = before.redis !== undefined && after.redis === undefined
  if (isLeaving) return []
  const old = selecting(before, 'Ingress')
  const next = selecting(after, 'Ingress')
  const egress = selecting(before, 'Egress').map(({ id }) => id)
  return [
    ...(old.length > 0 && next.length === 0 ? [opening(old, after)] : admitting(before, old, next)),
    ...(egress.length > 0 && selecting(after, 'Egress').length === 0
      ? [`${egress.join(', ')} would no longer limit what Redis may connect to (policyTypes has no Egress)`]
      : [])
  ]
}

function opening(old: readonly RenderedNetworkPolicy[], { networkPolicies }: RenderedCache): string {
  const reasons = old.map(({ id }) => {
    const planned = networkPolicies.find((policy) => policy.id === id)
    if (planned === undefined) return `${id} would no longer be rendered`
    if (!planned.limitsIngress) return `${id} would no longer limit ingress (policyTypes)`
    return `${id} would no longer select its pods (podSelector)`
  })
  return `every pod in the cluster could connect to Redis: ${reasons.join(', ')}`
}

function admitting(
  before: RenderedCache,
  old: readonly RenderedNetworkPolicy[],
  next: readonly RenderedNetworkPolicy[]
): string[] {
  const isNew = before.redis === undefined && old.length === 0
  // A pod that is open to all cannot be opened further.
  if (old.length === 0 && !isNew) return []
  const known = admissionsOf(old)
  const added = admissionsOf(next).filter((admission) =>
    isNew ? admission.peer === undefined : !known.some((each) => covers(each, admission))
  )
  return [...Map.groupBy(added, ({ policy }) => policy)].map(([policy, own]) => {
    const shown = listed(own.map(admissionText), ', ', mostAdmitted)
    return `${policy} would admit ${shown}${isNew ? '' : ', which no policy admits now'}`
  })
}

function admissionsOf(policies: readonly RenderedNetworkPolicy[]): PolicyAdmission[] {
  return policies.flatMap(({ id, admits }) => admits.map((admission) => ({ ...admission, policy: id })))
}

/** The policies that select the Redis pods, as far as their labels are known, and restrict this direction. */
function selecting({ networkPolicies }: RenderedCache, direction: 'Ingress' | 'Egress'): RenderedNetworkPolicy[] {
  return networkPolicies.filter(
    ({ selectsRedis, limitsIngress, limitsEgress }) =>
      selectsRedis && (direction === 'Ingress' ? limitsIngress : limitsEgress)
  )
}

/** Whether the first one admits everything that the second one admits. */
function covers(one: Admission, other: Admission): boolean {
  return coversPeer(one.peer, other.peer) && coversPort(one.port, other.port)
}

/** `pods app=shop in namespaces team=shop to port 6379` */
function admissionText({ peer, port }: Admission): string {
  const number = textAt(port, 'port') ?? 'any'
  const end = textAt(port, 'endPort')
  const ports = port === undefined ? 'every port' : `port ${number}${end === undefined ? '' : ` to ${end}`}`
  return `${peerText(peer)} to ${ports}`
}

function peerText(peer: unknown): string {
  if (peer === undefined) return 'everybody'
  const block = textAt(peer, 'ipBlock', 'cidr')
  if (block !== undefined) return `addresses ${block}`
  const namespaces = at(peer, 'namespaceSelector')
  const where = namespaces === undefined ? '' : ` in ${selectorText('namespaces', namespaces)}`
  return `${selectorText('pods', at(peer, 'podSelector'))}${where}`
}

function selectorText(what: string, selector: unknown): string {
  const labels = Object.entries(at(selector, 'matchLabels') ?? {}).map(([name, value]) => `${name}=${String(value)}`)
  const expressions = listAt(selector, 'matchExpressions').map(
    (each) => `${textAt(each, 'key')} ${textAt(each, 'operator')}`
  )
  const all = [...labels, ...expressions]
  return all.length === 0 ? `all ${what}` : `${what} ${all.join(',')}`
}

function coversPeer(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return one === undefined
  if (at(one, 'ipBlock') !== undefined || at(other, 'ipBlock') !== undefined) return isEqual(one, other)
  const [own, others] = [at(one, 'namespaceSelector'), at(other, 'namespaceSelector')]
  const isSameWhere = own === undefined ? others === undefined : others !== undefined && narrows(others, own)
  return isSameWhere && narrows(at(other, 'podSelector'), at(one, 'podSelector'))
}

/** Whether a selector requires everything that the other one requires. */
function narrows(selector: unknown, other: unknown): boolean {
  const labels = Object.entries(at(other, 'matchLabels') ?? {})
  const expressions = listAt(selector, 'matchExpressions')
  return (
    labels.every(([name, value]) => at(selector, 'matchLabels', name) === value) &&
    listAt(other, 'matchExpressions').every((wanted) => expressions.some((each) => isEqual(each, wanted)))
  )
}

function coversPort(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return one === undefined
  if ((textAt(one, 'protocol') ?? 'TCP') !== (textAt(other, 'protocol') ?? 'TCP')) return false
  const [own, others] = [at(one, 'port'), at(other, 'port')]
  if (own === undefined || (own === others && at(one, 'endPort') === at(other, 'endPort'))) return true
  const [from, to] = [Number(own), Number(at(one, 'endPort') ?? own)]
  return from <= Number(others) && Number(at(other, 'endPort') ?? others) <= to
}

function isEqual(one: unknown, other: unknown): boolean {
  return isSame(redactedTreeOf(one, 'NetworkPolicy'), redactedTreeOf(other, 'NetworkPolicy'))
}
