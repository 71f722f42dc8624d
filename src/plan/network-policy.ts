import type { Admission } from '../rendered-cache/network-peers.ts'
import type { RenderedNetworkPolicy } from '../rendered-cache/network-policies.ts'
import type { RenderedCache } from '../rendered-cache/rendered-cache.ts'
import { admissionText, covers } from './peers.ts'

/** What one policy admits. */
interface PolicyAdmission extends Admission {
  policy: string
}

const mostInSentence = 3

/**
 * How the NetworkPolicies would let more reach Redis. They add up: what one of them admits is admitted, and a pod that
 * none of them selects is open to all.
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
  return `everybody in the cluster could connect to Redis: ${reasons.join(', ')}`
}

function admitting(
  before: RenderedCache,
  old: readonly RenderedNetworkPolicy[],
  next: readonly RenderedNetworkPolicy[]
): string[] {
  const isNew = before.redis === undefined && old.length === 0
  // Who is open to all cannot become more so.
  if (old.length === 0 && !isNew) return []
  const known = admissionsOf(old)
  const added = admissionsOf(next).filter((admission) =>
    isNew ? admission.peer === undefined : !known.some((each) => covers(each, admission))
  )
  return [...Map.groupBy(added, ({ policy }) => policy)].map(([policy, own]) => {
    const shown = own.slice(0, mostInSentence).map(admissionText)
    const more = own.length > shown.length ? ` and ${own.length - shown.length} more` : ''
    return `${policy} would admit ${shown.join(', ')}${more}${isNew ? '' : ', which no policy admits now'}`
  })
}

function admissionsOf(policies: readonly RenderedNetworkPolicy[]): PolicyAdmission[] {
  return policies.flatMap(({ id, admits }) => admits.map((admission) => ({ ...admission, policy: id })))
}

/** The policies that select the pods of Redis, as far as their labels are known, and limit what goes this way. */
function selecting({ networkPolicies }: RenderedCache, direction: 'Ingress' | 'Egress'): RenderedNetworkPolicy[] {
  return networkPolicies.filter(
    ({ selectsRedis, limitsIngress, limitsEgress }) =>
      selectsRedis && (direction === 'Ingress' ? limitsIngress : limitsEgress)
  )
}
