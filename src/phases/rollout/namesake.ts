import { at, isControlledBy, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { names, podLabels, podNameLabel } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { Snapshot } from './snapshot.ts'
import { deletePod } from './stalled.ts'

/**
 * The problem that a pod redis-0 exists which is not that of the StatefulSet: its controller can make no other of that
 * name. Undefined if there is none, or if it is ending.
 */
export function namesakeProblem({ namesake, statefulSet, namespace }: Snapshot): Problem | undefined {
  if (namesake === undefined || statefulSet === undefined) return undefined
  if (namesake.metadata['deletionTimestamp'] !== undefined) return undefined
  const lacking = Object.entries(podLabels(statefulSet) ?? {}).filter(
    ([name, value]) => namesake.metadata.labels?.[name] !== value
  )
  if (lacking.length === 0) return undefined
  const wanted = lacking.map(([name, value]) => sanitizeLine(`${name}=${value}`))
  const owner = ownerOf(namesake, statefulSet)
  // The controller gave it this label when it made the pod, and lets go of a pod that its selector does not match.
  const isOurs = owner === undefined && namesake.metadata.labels?.[podNameLabel] === names.pod
  const labels = `${lacking.length === 1 ? 'label' : 'labels'} ${wanted.join(', ')}`
  const set = `StatefulSet/${names.statefulSet}`
  return {
    code: 'stuck-revision',
    sentence:
      `a pod ${names.pod}${owner === undefined ? '' : ` of ${owner}`} is in the way: it lacks the ${labels}, by which ` +
      `${set} knows its pod, and the controller cannot make another of that name`,
    hint: isOurs
      ? `write what was removed, and the pod and its data stay: \`kubectl -n ${namespace} label pod ${names.pod} ` +
        `${wanted.join(' ')} --overwrite\`; or delete the pod: ${deletePod(namespace)}`
      : `${set} did not make it: find out who needs it, then delete it: ${deletePod(namespace)}`,
    // A controller that is about to delete it has done so by then.
    toleranceMilliseconds: 2_000
  }
}

/** The same for a pod redis-0 with the labels of the selector, which another controller made and keeps. */
export function foreignPodProblem(
  pod: KubernetesObject,
  statefulSet: KubernetesObject,
  namespace: string
): Problem | undefined {
  const owner = ownerOf(pod, statefulSet)
  const set = `StatefulSet/${names.statefulSet}`
  // A pod of an earlier StatefulSet of that name is deleted with it, or adopted.
  if (owner === undefined || owner === set) return undefined
  return {
    code: 'stuck-revision',
    sentence: `a pod ${names.pod} of ${owner} is in the way: the controller of ${set} cannot make another of that name`,
    hint: `find out who needs ${owner}, then delete it: \`kubectl -n ${namespace} delete ${owner.toLowerCase()}\``,
    toleranceMilliseconds: 2_000
  }
}

/** The controller of a pod if it is not that of the StatefulSet. */
function ownerOf(pod: KubernetesObject, statefulSet: KubernetesObject): string | undefined {
  if (isControlledBy(pod, statefulSet)) return undefined
  const owner = listAt(pod.metadata, 'ownerReferences').find((each) => at(each, 'controller') === true)
  return owner === undefined ? undefined : sanitizeLine(`${textAt(owner, 'kind')}/${textAt(owner, 'name')}`)
}
