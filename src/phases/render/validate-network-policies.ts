import { at, listAt, objectId, textAt } from '../../core/kubernetes/object.ts'
import { names, ports } from '../../core/kubernetes/workload.ts'
import { type Admission, coversPort, isSelected } from '../../core/rendered-cache/network-peers.ts'
import type { RenderedNetworkPolicy } from '../../core/rendered-cache/network-policies.ts'
import type { RenderedCache, RenderedRedis } from '../../core/rendered-cache/rendered-cache.ts'

/** NetworkPolicies that keep nobody away from Redis. Manifests without any are right: the password still protects it. */
export function networkPolicyProblems({ redis, networkPolicies, otherWorkloads }: RenderedCache): string[] {
  if (redis === undefined) return []
  const isolating = networkPolicies.filter(({ selectsRedis, limitsIngress }) => selectsRedis && limitsIngress)
  const selectsOthers = ({ podSelector }: RenderedNetworkPolicy) =>
    otherWorkloads.some(({ podLabels }) => isSelected(podSelector, podLabels))
  return [
    ...networkPolicies.flatMap((policy) => {
      if (policy.selectsRedis) return typeProblems(policy, isolating.length > 0)
      return isForRedis(policy, isolating.length > 0) && !selectsOthers(policy) ? [selectorProblem(policy, redis)] : []
    }),
    ...isolating.flatMap(openingProblems),
    ...(redis.hostNetwork && isolating.length > 0 ? [hostNetworkProblem(redis, isolating)] : [])
  ]
}

/** By its name, or by its name and what it lets in where nothing else isolates Redis. */
function isForRedis(
  { id, limitsIngress, hasIngressRules, admits }: RenderedNetworkPolicy,
  isIsolated: boolean
): boolean {
  const name = id.slice(id.indexOf('/') + 1)
  if (isIsolated) return false
  if (name === names.statefulSet) return limitsIngress || hasIngressRules
  return name.split('-').includes(names.statefulSet) && limitsIngress && admits.some(admitsToRedis)
}

/** To its port by number; a name of a port that the pod does not have says nothing of Redis. */
function admitsToRedis({ port }: Admission): boolean {
  return port !== undefined && coversRedisPort(port)
}

function selectorProblem({ id, podSelector }: RenderedNetworkPolicy, { podLabels }: RenderedRedis): string {
  const labels = Object.entries(at(podSelector, 'matchLabels') ?? {})
  const [label, value] = labels.find(([name, each]) => podLabels[name] !== each) ?? []
  const own = label === undefined ? undefined : podLabels[label]
  const field = label === undefined ? 'spec.podSelector' : `spec.podSelector.matchLabels has ${label}: ${String(value)}`
  const wanted = own === undefined ? 'labels of its spec.template.metadata.labels' : own
  return (
    `${id} isolates nothing: ${field}${label === undefined ? ' matches' : ', which matches'} ` +
    `no pod of StatefulSet/${names.statefulSet}: write ${wanted}`
  )
}

function typeProblems({ id, limitsIngress, hasIngressRules }: RenderedNetworkPolicy, isIsolated: boolean): string[] {
  if (limitsIngress) return []
  const isFor = id === `NetworkPolicy/${names.statefulSet}` && !isIsolated
  return hasIngressRules || isFor
    ? [`${id} does not limit who connects to Redis: spec.policyTypes has no Ingress: add it`]
    : []
}

function openingProblems({ id, admits }: RenderedNetworkPolicy): string[] {
  const everybody = admits.find(({ peer, port }) => isEverybody(peer) && coversRedisPort(port))
  if (everybody === undefined) return []
  return [
    `${id} lets everybody connect to port ${ports.redis}: a rule of spec.ingress has ` +
      `${peerText(everybody.peer)}: name who may connect, such as ` +
      'from: [{podSelector: {matchLabels: {app.kubernetes.io/component: backend}}}]'
  ]
}

function peerText(peer: unknown): string {
  if (peer === undefined) return 'no from'
  const block = textAt(peer, 'ipBlock', 'cidr')
  return block === undefined ? 'namespaceSelector: {} and no labels of pods' : `ipBlock.cidr: ${block}`
}

function isEverybody(peer: unknown): boolean {
  if (peer === undefined) return true
  const block = at(peer, 'ipBlock')
  if (block !== undefined) return /\/0$/.test(textAt(block, 'cidr') ?? '') && listAt(block, 'except').length === 0
  const namespaces = at(peer, 'namespaceSelector')
  return namespaces !== undefined && namespaces !== null && isEmpty(namespaces) && isEmpty(at(peer, 'podSelector'))
}

function isEmpty(selector: unknown): boolean {
  return isSelected(selector, {}) && listAt(selector, 'matchExpressions').length === 0
}

function coversRedisPort(port: unknown): boolean {
  return coversPort(port, ports.redis)
}

function hostNetworkProblem({ statefulSet }: RenderedRedis, isolating: readonly RenderedNetworkPolicy[]): string {
  return (
    `${objectId(statefulSet.object)}: spec.template.spec.hostNetwork is true, so ` +
    `${isolating.map(({ id }) => id).join(', ')} does not apply to its pod: remove hostNetwork`
  )
}
