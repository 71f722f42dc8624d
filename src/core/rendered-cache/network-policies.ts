import { at, type KubernetesObject, listAt, objectId } from '../kubernetes/object.ts'
import { type Admission, isSelected } from './network-peers.ts'

/** A NetworkPolicy, and its effect on the Redis pod. */
export interface RenderedNetworkPolicy {
  /** `NetworkPolicy/redis` */
  readonly id: string
  readonly podSelector: unknown
  /** Whether it selects the pod of Redis; true for every policy where no Redis is rendered. */
  readonly selectsRedis: boolean
  readonly limitsIngress: boolean
  readonly limitsEgress: boolean
  /** Whether it has rules for ingress, whatever its policyTypes make of them. */
  readonly hasIngressRules: boolean
  /** Whom it lets in; ports that the pod of Redis names are numbers here. */
  readonly admits: readonly Admission[]
}

/** @param podLabels those of the Redis pod; undefined if none is rendered */
export function renderedNetworkPolicies(
  objects: readonly KubernetesObject[],
  podLabels: Readonly<Record<string, string>> | undefined,
  statefulSet: KubernetesObject | undefined
): RenderedNetworkPolicy[] {
  const numbers = portNumbers(statefulSet)
  return objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map((policy) => ({
      id: objectId(policy),
      podSelector: at(policy, 'spec', 'podSelector'),
      selectsRedis: podLabels === undefined || isSelected(at(policy, 'spec', 'podSelector'), podLabels),
      limitsIngress: limits(policy, 'Ingress'),
      limitsEgress: limits(policy, 'Egress'),
      hasIngressRules: listAt(policy, 'spec', 'ingress').length > 0,
      admits: admissions(policy, numbers)
    }))
}

/** Where no types are listed, the server adds Ingress, and Egress if there are rules for it. */
function limits(policy: KubernetesObject, direction: 'Ingress' | 'Egress'): boolean {
  const types = listAt(policy, 'spec', 'policyTypes')
  if (types.length > 0) return types.includes(direction)
  return direction === 'Ingress' || listAt(policy, 'spec', 'egress').length > 0
}

function admissions(policy: KubernetesObject, numbers: ReadonlyMap<unknown, unknown>): Admission[] {
  return listAt(policy, 'spec', 'ingress').flatMap((rule) => {
    const peers = listAt(rule, 'from')
    const ports = listAt(rule, 'ports').map((port) => ({
      ...Object(port),
      port: numbers.get(at(port, 'port')) ?? at(port, 'port')
    }))
    // No peers means all peers, and no ports all ports.
    return (peers.length > 0 ? peers : [undefined]).flatMap((peer) =>
      (ports.length > 0 ? ports : [undefined]).map((port) => ({ peer, port }))
    )
  })
}

/** The container ports of the pod by name, which policies may refer to. */
function portNumbers(statefulSet: KubernetesObject | undefined): Map<unknown, unknown> {
  const containers = listAt(statefulSet, 'spec', 'template', 'spec', 'containers')
  const named = containers.flatMap((container) => listAt(container, 'ports')).filter((port) => at(port, 'name') != null)
  return new Map(named.map((port) => [at(port, 'name'), at(port, 'containerPort')]))
}
