import { at, type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names } from '../workload.ts'
import { containerProblem } from './container.ts'
import { eventsOf, latest } from './events.ts'
import type { Problem, Snapshot } from './status.ts'

const second = 1000

/** Why the controller creates no pod, as its events say it. */
export function podCreationProblem({ statefulSet, events, namespace }: Snapshot): Problem | undefined {
  const event = statefulSet && latest(eventsOf(statefulSet, events), 'FailedCreate')
  if (event === undefined) return undefined
  const quota = event.includes('exceeded quota')
  return {
    code: quota ? 'quota-exceeded' : 'invalid-manifest',
    sentence: `pod ${names.pod} is not created: ${harmlessLine(event)}`,
    hint: quota
      ? `compare with \`kubectl -n ${namespace} describe resourcequota\``
      : 'correct the pod template so that the cluster admits it',
    toleranceMilliseconds: 3 * second
  }
}

/** Why a pod that is not Ready will not become so, undefined while it may simply need time. */
export function podProblem(pod: KubernetesObject, { namespace, events }: Snapshot): Problem | undefined {
  const own = eventsOf(pod, events)
  const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')]
  for (const status of statuses) {
    const problem = containerProblem(pod, status, namespace)
    if (problem !== undefined) return problem
  }
  const started = statuses.some((status) => at(status, 'state', 'running') ?? at(status, 'state', 'terminated'))
  // An event stays when its reason is gone: containers that started had their volumes.
  return schedulingProblem(pod, own, namespace) ?? (started ? probeProblem(own) : mountProblem(own, namespace))
}

function schedulingProblem(pod: KubernetesObject, events: KubernetesObject[], namespace: string): Problem | undefined {
  const scheduled = listAt(pod, 'status', 'conditions').find((each) => at(each, 'type') === 'PodScheduled')
  if (at(scheduled, 'status') !== 'False' || at(scheduled, 'reason') !== 'Unschedulable') return undefined
  const message = harmlessLine(textAt(scheduled, 'message') ?? 'no node fits')
  // An autoscaler (Cluster Autoscaler, Karpenter) is making a node: minutes are normal, and the deadline is the limit.
  const patient = ['TriggeredScaleUp', 'Nominated'].some((reason) => latest(events, reason) !== undefined)
  const isVolume = /persistentvolumeclaim|volume node affinity|persistent volume/i.test(message)
  return {
    code: isVolume ? 'volume-pending' : 'unschedulable',
    sentence: `pod ${names.pod} cannot be scheduled: ${message}`,
    hint: isVolume
      ? `see why the claim is not bound: \`kubectl -n ${namespace} describe pvc data-${names.pod}\``
      : 'free resources on the nodes, add a node, or ask for less with memory-limit',
    toleranceMilliseconds: patient ? Number.POSITIVE_INFINITY : 45 * second
  }
}

/** What the probes of our manifests hear from a Redis that runs and will not become ready by itself. */
function probeProblem(events: KubernetesObject[]): Problem | undefined {
  const message = harmlessLine(latest(events, 'Unhealthy') ?? '')
  if (message.includes('MISCONF')) {
    return {
      code: 'persistence-failing',
      sentence: `Redis in pod ${names.pod} cannot save its data: ${message}`,
      hint: 'see whether the volume is full, and what Redis says in its log',
      toleranceMilliseconds: 5 * second
    }
  }
  if (/NOAUTH|WRONGPASS/.test(message)) {
    return {
      code: 'redis-auth',
      sentence: `Redis in pod ${names.pod} refuses the password that its probes read from the Secret: ${message}`,
      hint: 'give Redis the password of Secret/redis-credentials, as manifests/base does it',
      toleranceMilliseconds: 5 * second
    }
  }
  return undefined
}

function mountProblem(events: KubernetesObject[], namespace: string): Problem | undefined {
  const message = latest(events, 'FailedMount')
  if (message === undefined) return undefined
  // A Secret or ConfigMap, or a key in it, that is not there; everything else about volumes may heal.
  const missing = /not found|non-existent/.test(message)
  return {
    code: missing ? 'config-error' : 'volume-pending',
    sentence: `a volume of pod ${names.pod} cannot be mounted: ${harmlessLine(message)}`,
    hint: missing
      ? `create what is missing; compare with \`kubectl -n ${namespace} get secrets,configmaps\``
      : `see \`kubectl -n ${namespace} describe pod ${names.pod}\``,
    toleranceMilliseconds: missing ? 5 * second : 60 * second
  }
}
