import { eventsOf, newest } from '../../core/kubernetes/events.ts'
import { at, type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { containerProblem } from './container-problem.ts'
import { containerStatuses } from './container-status.ts'
import { schedulingProblem } from './pending-problem.ts'
import { probeProblem } from './probe-events.ts'
import { setupProblem } from './setup-problem.ts'
import type { Snapshot } from './snapshot.ts'

/** Why the controller creates no pod, according to its events. */
export function podCreationProblem({ statefulSet, events, namespace }: Snapshot): Problem | undefined {
  const event = statefulSet && newest(eventsOf(statefulSet, events), 'FailedCreate', 'SuccessfulCreate')
  if (event === undefined || at(event, 'reason') !== 'FailedCreate') return undefined
  const message = sanitizeLine(textAt(event, 'message') ?? '')
  const quota = message.includes('exceeded quota')
  const remedy = quota
    ? `compare with \`kubectl -n ${namespace} describe resourcequota\``
    : 'correct the pod template so that the cluster admits the pod'
  return {
    code: quota ? 'quota-exceeded' : 'invalid-manifest',
    sentence: `pod ${names.pod} is not created: ${message}`,
    // By then the controller has ended the previous pod.
    hint: `${remedy}; there is no ${names.pod} until then: if there was one, deploying the earlier manifests brings it back`,
    toleranceMilliseconds: 3_000
  }
}

/** Why a pod that is not Ready will not become so, undefined while it may simply need time. */
export function podProblem(
  pod: KubernetesObject,
  snapshot: Pick<Snapshot, 'events' | 'namespace'>
): Problem | undefined {
  const own = eventsOf(pod, snapshot.events)
  const statuses = containerStatuses(pod)
  for (const status of statuses) {
    const problem = containerProblem(pod, status, own, snapshot.namespace)
    if (problem !== undefined) return problem
  }
  const started = statuses.some((status) => at(status, 'state', 'running') ?? at(status, 'state', 'terminated'))
  // An event remains after its reason is gone: containers that started had their volumes.
  const scheduling = schedulingProblem(pod, own, snapshot)
  if (scheduling !== undefined || !started) return scheduling ?? setupProblem(pod, own, snapshot.namespace)
  return probeProblem(
    pod,
    statuses.find((status) => at(status, 'name') === names.redisContainer),
    own
  )
}
