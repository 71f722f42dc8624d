import { randomBytes } from 'node:crypto'
import { equal, type Json, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { ObjectStore } from '../store.ts'
import type { ClusterContext } from './cluster-context.ts'
import { isReady, isTerminating } from './stateful-set-status.ts'

const serviceLabel = 'kubernetes.io/service-name'

/** Keeps one EndpointSlice a Service that has a selector: all addresses here are of IPv4, and there are few. */
export function runEndpointSlices({ store }: ClusterContext): void {
  store.onChange(({ type, object }) => {
    const { namespace } = object.metadata
    if (object.kind === 'Service' && type === 'DELETED') {
      for (const { metadata } of slicesOf(object, store)) store.delete('EndpointSlice', namespace, metadata.name)
    } else if (object.kind === 'Service') sync(object, store)
    else if (object.kind === 'Pod') for (const service of store.list('Service', namespace)) sync(service, store)
  })
}

function slicesOf({ metadata }: KubernetesObject, store: ObjectStore): KubernetesObject[] {
  const all = store.list('EndpointSlice', metadata.namespace)
  return all.filter((slice) => slice.metadata.labels?.[serviceLabel] === metadata.name)
}

function sync(service: KubernetesObject, store: ObjectStore): void {
  const selector = Object.entries(objectAt(service, 'spec', 'selector'))
  if (selector.length === 0 || textAt(service, 'spec', 'type') === 'ExternalName') return
  const pods = store
    .list('Pod', service.metadata.namespace)
    .filter((pod) => selector.every(([label, value]) => pod.metadata.labels?.[label] === value))
    .filter((pod) => textAt(pod, 'status', 'podIP') !== '' && !hasEnded(pod))
  const [live] = slicesOf(service, store)
  const { name, namespace } = service.metadata
  const content: JsonObject = {
    addressType: 'IPv4',
    // Go writes an empty list that was never made as null.
    endpoints: pods.length === 0 ? null : pods.map((pod) => endpointOf(pod, service)),
    ports: pods[0] === undefined ? null : portsOf(service, pods[0])
  }
  if (live !== undefined && equal({ ...live, ...content }, live)) return
  store.write({
    ...(live ?? {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${randomBytes(3).toString('hex').slice(0, 5)}`,
        ...(namespace !== undefined && { namespace }),
        labels: { [serviceLabel]: name, 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }
      }
    }),
    ...content
  })
}

function hasEnded(pod: KubernetesObject): boolean {
  return ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase'))
}

function endpointOf(pod: KubernetesObject, service: KubernetesObject): JsonObject {
  const { name, namespace, uid } = pod.metadata
  const serving = isReady(pod) || objectAt(service, 'spec')['publishNotReadyAddresses'] === true
  const terminating = isTerminating(pod)
  return {
    addresses: [textAt(pod, 'status', 'podIP')],
    conditions: { ready: serving && !terminating, serving, terminating },
    nodeName: textAt(pod, 'spec', 'nodeName'),
    targetRef: { kind: 'Pod', name, namespace, uid }
  }
}

function portsOf(service: KubernetesObject, pod: KubernetesObject): Json[] {
  const declared = listAt(pod, 'spec', 'containers').flatMap((container) => listAt(container, 'ports'))
  return listAt(service, 'spec', 'ports').map((port) => {
    const { targetPort } = objectAt(port)
    const named = declared.find((each) => objectAt(each)['name'] === targetPort)
    const number = typeof targetPort === 'number' ? targetPort : objectAt(named)['containerPort']
    return { name: textAt(port, 'name'), port: number ?? null, protocol: textAt(port, 'protocol') }
  })
}
