import { at, type KubernetesObject, listAt, objectId, textAt } from '../kubernetes-object.ts'
import { type Admission, admissionText, covers, isSelected } from './peers.ts'
import type { State } from './state.ts'

/** What one policy admits. */
interface PolicyAdmission extends Admission {
  policy: string
}

const mostInSentence = 3

/**
 * How the NetworkPolicies would let more reach Redis. They add up: what one of them admits is admitted, and a pod that
 * none of them selects is open to all.
 */
export function weakenedPolicies(before: State, after: State): string[] {
  const isLeaving = before.statefulSet !== undefined && after.statefulSet === undefined
  if (isLeaving) return []
  const old = selecting(before, 'Ingress')
  const next = selecting(after, 'Ingress')
  const egress = selecting(before, 'Egress').map(objectId)
  return [
    ...(old.length > 0 && next.length === 0 ? [opening(old, after)] : admitting(before, old, after, next)),
    ...(egress.length > 0 && selecting(after, 'Egress').length === 0
      ? [`${egress.join(', ')} would no longer limit what Redis may connect to (policyTypes has no Egress)`]
      : [])
  ]
}

function opening(old: readonly KubernetesObject[], { objects }: State): string {
  const reasons = old.map((policy) => {
    const planned = objects.find((object) => objectId(object) === objectId(policy))
    if (planned === undefined) return `${objectId(policy)} would no longer be rendered`
    if (!limits(planned, 'Ingress')) return `${objectId(policy)} would no longer limit ingress (policyTypes)`
    return `${objectId(policy)} would no longer select its pods (podSelector)`
  })
  return `everybody in the cluster could connect to Redis: ${reasons.join(', ')}`
}

function admitting(
  before: State,
  old: readonly KubernetesObject[],
  after: State,
  next: readonly KubernetesObject[]
): string[] {
  const isNew = before.statefulSet === undefined && old.length === 0
  // Who is open to all cannot become more so.
  if (old.length === 0 && !isNew) return []
  const known = admissionsOf(before, old)
  const added = admissionsOf(after, next).filter((admission) =>
    isNew ? admission.peer === undefined : !known.some((each) => covers(each, admission))
  )
  return [...Map.groupBy(added, ({ policy }) => policy)].map(([policy, own]) => {
    const shown = own.slice(0, mostInSentence).map(admissionText)
    const more = own.length > shown.length ? ` and ${own.length - shown.length} more` : ''
    return `${policy} would admit ${shown.join(', ')}${more}${isNew ? '' : ', which no policy admits now'}`
  })
}

function admissionsOf(state: State, policies: readonly KubernetesObject[]): PolicyAdmission[] {
  const numbers = portNumbers(state)
  return policies.flatMap((object) =>
    listAt(object, 'spec', 'ingress').flatMap((rule) => {
      const peers = listAt(rule, 'from')
      const ports = listAt(rule, 'ports').map((port) => ({
        ...Object(port),
        port: numbers.get(at(port, 'port')) ?? at(port, 'port')
      }))
      // No peers means all peers, and no ports all ports.
      return (peers.length > 0 ? peers : [undefined]).flatMap((peer) =>
        (ports.length > 0 ? ports : [undefined]).map((port) => ({ policy: objectId(object), peer, port }))
      )
    })
  )
}

/** The policies that select the pods of Redis, as far as their labels are known, and limit what goes this way. */
function selecting(state: State, direction: 'Ingress' | 'Egress'): KubernetesObject[] {
  const labels = state.statefulSet && Object(at(state.statefulSet.object, 'spec', 'template', 'metadata', 'labels'))
  return state.objects.filter(
    (object) =>
      object.kind === 'NetworkPolicy' &&
      limits(object, direction) &&
      (labels === undefined || isSelected(at(object, 'spec', 'podSelector'), labels))
  )
}

function limits(policy: KubernetesObject, direction: 'Ingress' | 'Egress'): boolean {
  const types = at(policy, 'spec', 'policyTypes')
  if (Array.isArray(types)) return types.includes(direction)
  return direction === 'Ingress' || at(policy, 'spec', 'egress') !== undefined
}

/** The ports of the pod by their names, by which a policy may call them. */
function portNumbers({ statefulSet }: State): Map<unknown, unknown> {
  const containers = listAt(statefulSet?.object, 'spec', 'template', 'spec', 'containers')
  const ports = containers.flatMap((container) => listAt(container, 'ports'))
  return new Map(
    ports.flatMap((port) => (textAt(port, 'name') === undefined ? [] : [[at(port, 'name'), at(port, 'containerPort')]]))
  )
}
