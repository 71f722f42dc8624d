import { imageProblem } from '../../../core/kubernetes/image-pull.ts'
import { at, type KubernetesObject, textAt } from '../../../core/kubernetes/object.ts'
import { isScheduled, unschedulable } from '../../../core/kubernetes/unschedulable.ts'
import type { Problem } from '../../../core/problem.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import { probeStatus } from './pod-manifest.ts'

/** The state of a probe pod: it has ended, or it waits for something, perhaps with a problem. */
export type PodState =
  | { state: 'ended' }
  | { state: 'failed'; sentence: string }
  | { state: 'waiting'; waitingFor: string; problem?: Problem }

/** @param own events of the pod, oldest first; none before they are listed */
export function podState(pod: KubernetesObject, own: readonly KubernetesObject[], namespace: string): PodState {
  const { name } = pod.metadata
  const status = probeStatus(pod)
  const ended = at(status, 'state', 'terminated')
  if (at(ended, 'reason') === 'StartError') return notStarted(name, textAt(ended, 'message'))
  if (ended !== undefined) return { state: 'ended' }
  if (at(pod, 'status', 'phase') === 'Failed') {
    // The node refused it, or the cluster ended it: its containers explain nothing.
    const words = [textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')].filter(Boolean)
    return { state: 'failed', sentence: `pod ${name} failed: ${sanitizeLine(words.join(': ')) || 'without a reason'}` }
  }
  if (at(status, 'state', 'running') !== undefined) return waiting(`the answers of pod ${name}`)
  if (!isScheduled(pod)) return waiting(`pod ${name} to be scheduled to a node`, nodeProblem(pod, own, namespace))
  return waiting(`pod ${name} to start`, containerProblem(pod, status, namespace))
}

function waiting(waitingFor: string, problem?: Problem): PodState {
  return { state: 'waiting', waitingFor, ...(problem !== undefined && { problem }) }
}

function notStarted(name: string, message = ''): PodState {
  return waiting(`pod ${name} to start`, {
    code: 'config-error',
    sentence: `pod ${name} cannot be started: ${sanitizeLine(message)}`,
    hint: 'set redis-image to an image of Redis that has a shell and redis-cli',
    toleranceMilliseconds: 0
  })
}

function nodeProblem(pod: KubernetesObject, own: readonly KubernetesObject[], namespace: string): Problem | undefined {
  const kept = unschedulable(pod, own)
  if (kept === undefined) return undefined
  const { name } = pod.metadata
  return {
    code: 'unschedulable',
    sentence: `pod ${name} cannot be scheduled: ${kept.message}`,
    hint:
      'make room on the nodes or add one (the pod requests 10m of cpu and 32Mi of memory), or set probe-from to ' +
      `runner; \`kubectl -n ${namespace} get pods --output=wide\` shows what is running`,
    toleranceMilliseconds: kept.toleranceMilliseconds
  }
}

function containerProblem(pod: KubernetesObject, status: unknown, namespace: string): Problem | undefined {
  const reason = textAt(status, 'state', 'waiting', 'reason') ?? ''
  const message = sanitizeLine(textAt(status, 'state', 'waiting', 'message') ?? '')
  const { name } = pod.metadata
  switch (reason) {
    case 'CreateContainerConfigError':
      return {
        code: 'config-error',
        sentence: `pod ${name} cannot be configured: ${message}`,
        hint: `compare with \`kubectl -n ${namespace} get secrets\``,
        // The kubelet may still hold an older copy of a Secret that was just written.
        toleranceMilliseconds: 5_000
      }
    case 'CreateContainerError':
    case 'RunContainerError':
      return {
        code: 'config-error',
        sentence: `pod ${name} cannot be started: ${message}`,
        hint: `see \`kubectl -n ${namespace} get events\``,
        toleranceMilliseconds: 5_000
      }
    default:
      return imageProblem(status, `${textAt(status, 'name')} of pod ${name}`, reason, message)
  }
}
