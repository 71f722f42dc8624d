import { isObject, type Json, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { ObjectStore } from '../store.ts'

/** Why a volume cannot be mounted, in the wording of the kubelet's FailedMount event. */
export function mountProblem(pod: KubernetesObject, store: ObjectStore): string | undefined {
  for (const volume of listAt(pod, 'spec', 'volumes')) {
    const problem =
      sourceProblem(pod, store, 'Secret', objectAt(volume, 'secret'), 'secretName') ??
      sourceProblem(pod, store, 'ConfigMap', objectAt(volume, 'configMap'), 'name')
    if (problem !== undefined) return `MountVolume.SetUp failed for volume "${textAt(volume, 'name')}" : ${problem}`
  }
  return undefined
}

type Source = 'ConfigMap' | 'Secret'

function sourceProblem(
  pod: KubernetesObject,
  store: ObjectStore,
  kind: Source,
  source: JsonObject,
  nameField: string
): string | undefined {
  const name = textAt(source, nameField)
  if (name === '' || source['optional'] === true) return undefined
  const object = store.get(kind, pod.metadata.namespace, name)
  if (object === undefined) return `${kind.toLowerCase()} "${name}" not found`
  const missing = listAt(source, 'items').find((item) => !hasKey(object, textAt(item, 'key')))
  if (missing === undefined) return undefined
  return `references non-existent ${kind === 'Secret' ? 'secret' : 'config'} key: ${textAt(missing, 'key')}`
}

/** Why the environment of a container cannot be created: the message of CreateContainerConfigError. */
export function environmentProblem(
  pod: KubernetesObject,
  store: ObjectStore,
  container: Json | undefined
): string | undefined {
  for (const variable of listAt(container, 'env')) {
    const problem =
      keyProblem(pod, store, 'Secret', objectAt(variable, 'valueFrom', 'secretKeyRef')) ??
      keyProblem(pod, store, 'ConfigMap', objectAt(variable, 'valueFrom', 'configMapKeyRef'))
    if (problem !== undefined) return problem
  }
  for (const source of listAt(container, 'envFrom')) {
    const problem =
      sourceProblem(pod, store, 'Secret', objectAt(source, 'secretRef'), 'name') ??
      sourceProblem(pod, store, 'ConfigMap', objectAt(source, 'configMapRef'), 'name')
    if (problem !== undefined) return problem
  }
  return undefined
}

function keyProblem(pod: KubernetesObject, store: ObjectStore, kind: Source, ref: JsonObject): string | undefined {
  const name = textAt(ref, 'name')
  if (name === '' || ref['optional'] === true) return undefined
  const object = store.get(kind, pod.metadata.namespace, name)
  if (object === undefined) return `${kind.toLowerCase()} "${name}" not found`
  const key = textAt(ref, 'key')
  return hasKey(object, key) ? undefined : `couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}`
}

function hasKey(object: KubernetesObject, key: string): boolean {
  return [object['data'], object['binaryData']].some((data) => isObject(data) && data[key] !== undefined)
}
