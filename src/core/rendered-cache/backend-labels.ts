import { at, listAt, textAt } from '../kubernetes/object.ts'
import { type Known, known, unknown } from './known.ts'
import { type Admission, coversPort, isSelected } from './network-peers.ts'
import type { RenderedNetworkPolicy } from './network-policies.ts'
import type { RenderedCache } from './rendered-cache.ts'
import { selectsPods } from './services.ts'

type Labels = Readonly<Record<string, string>>

/** The label by which the NetworkPolicy of manifests/base recognises a backend. */
export const usualBackend: Labels = { 'app.kubernetes.io/component': 'backend' }

/**
 * Labels by which the rendered policies let a pod of this namespace connect to Redis: the usual ones where they do, or
 * where nothing keeps anybody out.
 * @param port that clients connect to in the pod of Redis
 * @returns unknown where no policy admits pods of the namespace by labels alone
 */
export function backendLabels(
  { redis, networkPolicies, services }: RenderedCache,
  namespace: string,
  port: number
): Known<Labels> {
  const isolating = isolatingPolicies(networkPolicies)
  if (redis === undefined || isolating.length === 0) return known(usualBackend)
  const ways = waysIn(isolating, namespace, port)
  const selectors = ways.map(({ peer }) => at(peer, 'podSelector') ?? {})
  const own = services.filter(({ selectsRedis }) => selectsRedis)
  const found = [usualBackend, ...selectors.map(labelsFor)].find(
    (labels) =>
      selectors.some((selector) => isSelected(selector, labels)) &&
      // Such a pod would be an endpoint of Redis itself.
      !own.some(({ selector }) => selectsPods(selector, labels))
  )
  return found === undefined
    ? unknown(`${isolating.map(({ id }) => id).join(', ')} admits no pod of namespace ${namespace} by its labels alone`)
    : known(found)
}

/** Whether a rendered policy limits who connects to Redis, so that a pod which is no backend is to be kept out. */
export function isIsolated({ networkPolicies }: Pick<RenderedCache, 'networkPolicies'>): boolean {
  return isolatingPolicies(networkPolicies).length > 0
}

function isolatingPolicies(policies: readonly RenderedNetworkPolicy[]): RenderedNetworkPolicy[] {
  return policies.filter(({ selectsRedis, limitsIngress }) => selectsRedis && limitsIngress)
}

/** Who is let in to the port, as far as these may be pods of this namespace. */
function waysIn(isolating: readonly RenderedNetworkPolicy[], namespace: string, port: number): Admission[] {
  return isolating.flatMap(({ admits }) => admits).filter((way) => coversPort(way.port, port) && isHere(way, namespace))
}

/** `app.kubernetes.io/component: backend` */
export function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
}

/** Whether a peer may be a pod of this namespace, of whose labels only the name is known. */
function isHere({ peer }: Admission, namespace: string): boolean {
  if (peer === undefined) return true
  const selector = at(peer, 'namespaceSelector')
  if (selector === undefined || selector === null) return at(peer, 'ipBlock') === undefined
  return isSelected(selector, { 'kubernetes.io/metadata.name': namespace })
}

/** The fewest labels that a selector may ask for. What it excludes, a pod has not. */
function labelsFor(selector: unknown): Labels {
  const asked = listAt(selector, 'matchExpressions').flatMap((expression): [string, string][] => {
    const name = textAt(expression, 'key') ?? ''
    const operator = textAt(expression, 'operator')
    if (operator === 'In') return [[name, String(listAt(expression, 'values')[0] ?? '')]]
    return operator === 'Exists' ? [[name, 'true']] : []
  })
  return { ...Object.fromEntries(asked), ...Object(at(selector, 'matchLabels')) }
}
