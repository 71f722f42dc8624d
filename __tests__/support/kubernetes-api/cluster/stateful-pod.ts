import { podOnlyDefaults } from '../admission/pod-defaults.ts'
import { isObject, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import { type KubernetesObject, timestamp } from '../object.ts'
import type { ClusterContext } from './cluster-context.ts'
import type { PodBehaviour } from './pod-behaviour.ts'

/** Creates one pod of a set with its volume claims; undefined if that has to be tried again. */
export function createPod(
  context: ClusterContext,
  set: KubernetesObject,
  revision: string,
  ordinal: number,
  behaviour: PodBehaviour
): KubernetesObject | undefined {
  const { store, events } = context
  const pod = podOf(set, revision, ordinal)
  const { name, namespace } = pod.metadata
  // A foreign pod of that name, or one that is still terminating after its set was deleted.
  if (store.get('Pod', namespace, name) !== undefined) return undefined
  createClaims(context, set, name, behaviour)
  const refusal = refusalOf(context, pod, behaviour)
  if (refusal !== undefined) {
    const message = `Create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${refusal}`
    events.record('statefulset-controller', set, { type: 'Warning', reason: 'FailedCreate', message })
    return undefined
  }
  const message = `Create Pod ${name} in StatefulSet ${set.metadata.name} successful`
  events.record('statefulset-controller', set, { reason: 'SuccessfulCreate', message })
  return store.write(pod)
}

export function deletePod({ store, events }: ClusterContext, set: KubernetesObject, pod: KubernetesObject): void {
  store.write(withDeletion(pod))
  const message = `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`
  events.record('statefulset-controller', set, { reason: 'SuccessfulDelete', message })
}

/** A terminating pod: gone when its grace period is over, or before. */
export function withDeletion(pod: KubernetesObject, seconds?: number): KubernetesObject {
  const grace = seconds ?? Number(objectAt(pod, 'spec')['terminationGracePeriodSeconds'] ?? 30)
  const deletionTimestamp = timestamp(new Date(Date.now() + grace * 1000))
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace } }
}

function refusalOf({ store }: ClusterContext, pod: KubernetesObject, behaviour: PodBehaviour): string | undefined {
  const { name, namespace } = pod.metadata
  const forbidden = `pods "${name}" is forbidden: `
  if (behaviour.kind === 'refused') {
    const quota = 'exceeded quota: pods, requested: pods=1, used: pods=0, limited: pods=0'
    return behaviour.message ?? `${forbidden}${quota}`
  }
  const account = textAt(pod, 'spec', 'serviceAccountName')
  if (store.get('ServiceAccount', namespace, account) !== undefined) return undefined
  return `${forbidden}error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`
}

function podOf(set: KubernetesObject, revision: string, ordinal: number): KubernetesObject {
  const name = `${set.metadata.name}-${ordinal}`
  const template = objectAt(set, 'spec', 'template')
  const spec = podOnlyDefaults(objectAt(template, 'spec'))
  const { annotations, labels } = objectAt(template, 'metadata')
  const claims = listAt(set, 'spec', 'volumeClaimTemplates').map((claim): JsonObject => {
    const volume = textAt(claim, 'metadata', 'name')
    return { name: volume, persistentVolumeClaim: { claimName: `${volume}-${name}` } }
  })
  const volumes = [...claims, ...listAt(spec, 'volumes')]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? 'default',
      labels: {
        ...texts(labels),
        'apps.kubernetes.io/pod-index': String(ordinal),
        'controller-revision-hash': revision,
        'statefulset.kubernetes.io/pod-name': name
      },
      ...(annotations === undefined ? {} : { annotations: texts(annotations) }),
      ownerReferences: [ownerReference(set)]
    },
    spec: {
      ...spec,
      hostname: name,
      ...(textAt(set, 'spec', 'serviceName') === '' ? {} : { subdomain: textAt(set, 'spec', 'serviceName') }),
      ...(volumes.length === 0 ? {} : { volumes })
    },
    status: { phase: 'Pending', qosClass: 'Burstable' }
  }
}

function texts(value: JsonObject[string]): Record<string, string> {
  const entries = Object.entries(isObject(value) ? value : {})
  return Object.fromEntries(entries.map(([key, text]) => [key, String(text)]))
}

function ownerReference({ apiVersion, kind, metadata }: KubernetesObject): JsonObject {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true }
}

function createClaims(context: ClusterContext, set: KubernetesObject, pod: string, behaviour: PodBehaviour): void {
  const { store, events } = context
  const { namespace = 'default', name: setName } = set.metadata
  for (const claim of listAt(set, 'spec', 'volumeClaimTemplates')) {
    const name = `${textAt(claim, 'metadata', 'name')}-${pod}`
    if (store.get('PersistentVolumeClaim', namespace, name) !== undefined) continue
    const phase = behaviour.kind === 'volume-pending' ? 'Pending' : 'Bound'
    const labels = texts(objectAt(set, 'spec', 'selector')['matchLabels'])
    const spec = { storageClassName: 'standard', ...objectAt(claim, 'spec') }
    const metadata = { name, namespace, labels }
    const stored = store.write({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec, status: { phase } })
    if (phase === 'Pending') {
      const reason = 'ProvisioningFailed'
      const problem = `storageclass.storage.k8s.io "${spec.storageClassName}" not found`
      events.record('persistentvolume-controller', stored, { type: 'Warning', reason, message: problem })
    }
    const message = `Create Claim ${name} Pod ${pod} in StatefulSet ${setName} success`
    events.record('statefulset-controller', set, { reason: 'SuccessfulCreate', message })
  }
}
