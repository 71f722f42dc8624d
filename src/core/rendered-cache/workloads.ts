import { at, type KubernetesObject, listAt, objectId } from '../kubernetes/object.ts'
import { names } from '../kubernetes/workload.ts'
import { type ContainerPort, type RenderedContainer, renderedContainer } from './container.ts'

/** An object that makes pods, or is one, and is not StatefulSet `redis`. */
export interface OtherWorkload {
  /** `Deployment/redis` */
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly podLabels: Readonly<Record<string, string>>
  /** The ports of all of its containers. */
  readonly ports: readonly ContainerPort[]
}

const kinds: Readonly<Record<string, RegExp>> = {
  Deployment: /^apps\//,
  DaemonSet: /^apps\//,
  ReplicaSet: /^apps\//,
  StatefulSet: /^apps\//,
  ReplicationController: /^v1$/,
  Pod: /^v1$/,
  Job: /^batch\//,
  CronJob: /^batch\//
}

export function otherWorkloads(objects: readonly KubernetesObject[]): OtherWorkload[] {
  return otherWorkloadObjects(objects).map((object) => {
    const pod = podOf(object)
    return {
      id: objectId(object),
      kind: object.kind,
      name: object.metadata.name,
      podLabels: Object(at(pod, 'metadata', 'labels')),
      ports: containersOf(at(pod, 'spec')).flatMap(({ ports }) => ports)
    }
  })
}

/** The objects that make pods, or are one, apart from StatefulSet `redis`. */
export function otherWorkloadObjects(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects
    .filter(({ kind, apiVersion }) => Object.hasOwn(kinds, kind) && kinds[kind]?.test(apiVersion))
    .filter(({ kind, metadata }) => kind !== 'StatefulSet' || metadata.name !== names.statefulSet)
}

/** The containers that run as long as the pod does: an init container that restarts is one of them. */
export function containersOf(podSpec: unknown): RenderedContainer[] {
  const lasting = listAt(podSpec, 'initContainers').filter((each) => at(each, 'restartPolicy') === 'Always')
  return [...listAt(podSpec, 'containers'), ...lasting].flatMap((each) => renderedContainer(each) ?? [])
}

/** The pod itself, or the template of its pods. */
export function podOf(object: KubernetesObject): unknown {
  if (object.kind === 'Pod') return object
  const spec = at(object, 'spec')
  return at(object.kind === 'CronJob' ? at(spec, 'jobTemplate', 'spec') : spec, 'template')
}
