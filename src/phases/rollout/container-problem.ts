import { imageProblem } from '../../core/kubernetes/image-pull.ts'
import { at, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { exitReason, isRehearsal, isRunning, ordinal, runtime } from './container-status.ts'
import { architectureHint, wrongArchitecture } from './evidence.ts'
import { killedByProbe } from './probe-events.ts'

const second = 1000

/**
 * Why one container does not run, from its status; undefined if it runs or may be about to.
 * @param events those of the pod, oldest first
 */
export function containerProblem(
  pod: KubernetesObject,
  status: unknown,
  events: readonly KubernetesObject[],
  namespace: string
): Problem | undefined {
  const name = textAt(status, 'name') ?? ''
  const reason = textAt(status, 'state', 'waiting', 'reason') ?? ''
  const message = sanitizeLine(textAt(status, 'state', 'waiting', 'message') ?? '')
  const ended = at(status, 'state', 'terminated')
  const before = at(status, 'lastState', 'terminated')
  const exit = ended ?? before

  // The end of an earlier run does not explain why the current run is not ready yet.
  if (at(status, 'ready') === true || isRunning(status)) return undefined
  // The kubelet may see the end of a process before the kernel reports why, so only one of two exits has the reason.
  if ([ended, before].some((end) => ranOutOfMemory(end, message))) return outOfMemory(pod, name)
  if (at(exit, 'reason') === 'StartError') return notStarted(name, textAt(exit, 'message') ?? message)
  // Before it restarts a container, the kubelet shows how it ended, and CrashLoopBackOff only for a moment.
  const isRestarted = ended !== undefined && Number(at(status, 'restartCount')) > 0
  if (isRestarted || reason === 'CrashLoopBackOff') {
    return killedByProbe(status, exit, events) ?? crashLoop(pod, status, exit, namespace)
  }
  switch (reason) {
    case 'CreateContainerConfigError':
      return {
        code: 'config-error',
        sentence: `container ${name} cannot be configured: ${message}`,
        hint: `add what is missing; compare with \`kubectl -n ${namespace} get secrets,configmaps\``,
        // The kubelet may still hold an older copy of a Secret that was just written.
        toleranceMilliseconds: 5 * second
      }
    case 'CreateContainerError':
    case 'RunContainerError':
      return notStarted(name, message)
    default:
      return imageProblem(status, name, reason, message)
  }
}

function notStarted(name: string, message: string): Problem {
  return {
    code: 'config-error',
    sentence: `container ${name} cannot be started: ${sanitizeLine(message)}`,
    hint: wrongArchitecture.test(message) ? architectureHint : 'correct command, user or mounts of the container',
    // What the image lacks will not appear; a mount or a device may.
    toleranceMilliseconds: /exec: .*no such file|executable file not found|exec format error/.test(message)
      ? 0
      : 5 * second,
    container: name
  }
}

function crashLoop(pod: KubernetesObject, status: unknown, exit: unknown, namespace: string): Problem {
  const name = textAt(status, 'name') ?? ''
  const log = `\`kubectl -n ${namespace} logs ${pod.metadata.name} -c ${name} --previous\``
  return {
    code: 'crash-loop',
    sentence: `container ${name} exited with ${exitReason(exit).replace(/^exit /, '')} ${runtime(exit)} (${ordinal(status)} time)`,
    hint: `read its last log lines below${isRehearsal(pod) ? '' : `, or ${log}`}`,
    // The event that a probe killed it may arrive a little later than the exit that it explains.
    toleranceMilliseconds: mayBeKilled(exit) ? 3 * second : 0,
    container: name
  }
}

/** The exit codes after SIGTERM or SIGKILL; Redis exits with 0 after SIGTERM. */
function mayBeKilled(exit: unknown): boolean {
  return [0, 137, 143].includes(Number(at(exit, 'exitCode')))
}

function outOfMemory(pod: KubernetesObject, name: string): Problem {
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')]
  const spec = containers.find((each) => at(each, 'name') === name)
  const limit = textAt(spec, 'resources', 'limits', 'memory') ?? 'unknown'
  return {
    code: 'oom-killed',
    sentence: `container ${name} was killed because it used more memory than its limit of ${limit}`,
    hint:
      name === names.redisContainer
        ? 'raise memory-limit to at least twice maxmemory plus what Redis itself needs'
        : `raise the memory limit of container ${name} in the manifests`,
    toleranceMilliseconds: 0,
    container: name
  }
}

/** Killed while it ran, or already during its setup by the runtime, which only a message shows. */
function ranOutOfMemory(exit: unknown, message: string): boolean {
  return at(exit, 'reason') === 'OOMKilled' || memoryTooLow.test(`${message} ${textAt(exit, 'message') ?? ''}`)
}

/** The message of the runtime if a limit does not even allow a process to start. */
export const memoryTooLow = /OOM-killed|memory limit too low|unable to set memory limit/i
