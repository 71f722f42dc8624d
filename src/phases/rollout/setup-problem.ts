import { newest } from '../../core/kubernetes/events.ts'
import { type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import type { Problem } from '../../core/problem.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { memoryTooLow } from './container-problem.ts'
import { isRehearsal } from './container-status.ts'

const second = 1000
const failures = ['FailedMount', 'FailedAttachVolume', 'FailedCreatePodSandBox']
/** The events after a failure that is over: its own event remains while an image is pulled for minutes. */
const progress = ['SuccessfulAttachVolume', 'Pulling', 'Pulled']

/**
 * Why the node does not start the first container of a pod; only events show it.
 * @param events those of the pod, oldest first
 */
export function setupProblem(
  pod: KubernetesObject,
  events: readonly KubernetesObject[],
  namespace: string
): Problem | undefined {
  const event = newest(events, ...failures, ...progress)
  const message = sanitizeLine(textAt(event, 'message') ?? '')
  const { name } = pod.metadata
  const describe = isRehearsal(pod) ? 'see its events below' : `see \`kubectl -n ${namespace} describe pod ${name}\``
  switch (textAt(event, 'reason')) {
    case 'FailedCreatePodSandBox':
      return memoryTooLow.test(message)
        ? {
            code: 'oom-killed',
            sentence: `the memory limit is too low for pod ${name} to start: ${message}`,
            hint: 'raise memory-limit to at least twice maxmemory plus what Redis itself needs',
            toleranceMilliseconds: 0
          }
        : {
            // The network of a node may need a while; nothing says for how long, so the deadline is the limit.
            code: 'rollout-timeout',
            sentence: `the node cannot set up pod ${name}: ${message}`,
            hint: `${describe}; the messages there come from the node network plugin`,
            toleranceMilliseconds: Number.POSITIVE_INFINITY
          }
    case 'FailedAttachVolume':
      return volume(`a volume of pod ${name} cannot be attached: ${message}`, describe)
    case 'FailedMount':
      return mountProblem(name, message, namespace, describe)
    default:
      return undefined
  }
}

function mountProblem(name: string, message: string, namespace: string, describe: string): Problem {
  // A missing Secret or ConfigMap, or a missing key; everything else about volumes may heal.
  const sentence = `a volume of pod ${name} cannot be mounted: ${message}`
  if (!/(secret|configmap)\b.* not found|non-existent/.test(message)) return volume(sentence, describe)
  return {
    code: 'config-error',
    sentence,
    hint: `create what is missing; compare with \`kubectl -n ${namespace} get secrets,configmaps\``,
    toleranceMilliseconds: 5 * second
  }
}

function volume(sentence: string, hint: string): Problem {
  return { code: 'volume-pending', sentence, hint, toleranceMilliseconds: 60 * second }
}
