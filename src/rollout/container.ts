import { at, type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names } from '../workload.ts'
import type { Problem } from './status.ts'

const second = 1000

/** Why one container does not run, from its status; undefined if it does or may be about to. */
export function containerProblem(pod: KubernetesObject, status: unknown, namespace: string): Problem | undefined {
  const name = textAt(status, 'name') ?? ''
  const reason = textAt(status, 'state', 'waiting', 'reason') ?? ''
  const message = harmlessLine(textAt(status, 'state', 'waiting', 'message') ?? '')
  const ended = at(status, 'state', 'terminated')
  const before = at(status, 'lastState', 'terminated')
  const exit = ended ?? before

  if (at(status, 'ready') === true) return undefined
  // The kubelet may see the end of a process before the kernel tells why, so one end of two has the reason.
  if ([ended, before].some((end) => ranOutOfMemory(end, message))) return outOfMemory(pod, name)
  const isRunning = at(status, 'state', 'running') !== undefined
  if (!isRunning && at(exit, 'reason') === 'StartError') return notStarted(name, textAt(exit, 'message') ?? message)
  // While it waits to start a container again, the kubelet shows how it ended, and CrashLoopBackOff only for a moment.
  if (ended !== undefined && Number(at(status, 'restartCount')) > 0) return crashLoop(pod, status, exit, namespace)
  switch (reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
    case 'ImageInspectError':
      return imagePull(status, name, reason, message)
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
    case 'CrashLoopBackOff':
      return crashLoop(pod, status, exit, namespace)
    default:
      return undefined
  }
}

function notStarted(name: string, message: string): Problem {
  return {
    code: 'config-error',
    sentence: `container ${name} cannot be started: ${harmlessLine(message)}`,
    hint: 'correct command, user or mounts of the container',
    toleranceMilliseconds: 5 * second,
    container: name
  }
}

function crashLoop(pod: KubernetesObject, status: unknown, exit: unknown, namespace: string): Problem {
  const name = textAt(status, 'name') ?? ''
  return {
    code: 'crash-loop',
    sentence: `container ${name} ends right after its start, with ${ending(exit)}, for the ${ordinal(status)} time`,
    hint: `read its last words below, or \`kubectl -n ${namespace} logs ${pod.metadata.name} -c ${name} --previous\``,
    toleranceMilliseconds: 0,
    container: name
  }
}

function imagePull(status: unknown, name: string, reason: string, message: string): Problem {
  const image = harmlessLine(textAt(status, 'image') ?? '')
  const says = (pattern: RegExp) => pattern.test(message)
  const final = reason === 'InvalidImageName' || says(/not found|manifest unknown|name unknown|invalid reference/i)
  const denied = says(/denied|unauthorized|forbidden/i)
  const limited = says(/toomanyrequests|rate limit/i)
  return {
    code: 'image-pull',
    sentence: `the image ${image} of container ${name} cannot be pulled: ${rootCause(message) || reason}`,
    hint: denied
      ? 'check the name, and the imagePullSecrets of the pod template'
      : limited
        ? 'log in to the registry with imagePullSecrets, or use a mirror'
        : 'check name and tag: set redis-image or exporter-image to an image that the nodes can pull',
    // The registry has answered: that does not change by itself. A network may recover.
    toleranceMilliseconds: final || denied ? 0 : limited ? 60 * second : 5 * second
  }
}

/** What containerd says, without the steps that it repeats the image in; the evidence has all of it. */
function rootCause(message: string): string {
  const steps =
    /^(?:Back-off pulling image "[^"]*"|ErrImagePull|rpc error: code = \w+ desc = .*?|failed to (?:pull and unpack image|resolve reference) "[^"]*"|failed to (?:do request|resolve image)|Error response from daemon): /
  let cause = message
  while (steps.test(cause)) cause = cause.replace(steps, '')
  return cause
}

function outOfMemory(pod: KubernetesObject, name: string): Problem {
  const spec = listAt(pod, 'spec', 'containers').find((each) => at(each, 'name') === name)
  const limit = textAt(spec, 'resources', 'limits', 'memory') ?? 'unknown'
  return {
    code: 'oom-killed',
    sentence: `container ${name} was killed because it used more memory than its limit of ${limit}`,
    hint:
      name === names.redisContainer
        ? 'raise memory-limit: at least twice maxmemory, and what Redis needs for itself'
        : `raise the memory limit of container ${name} in the manifests`,
    toleranceMilliseconds: 0,
    container: name
  }
}

/** Killed while it ran, or already while the runtime set it up, which only a message tells. */
function ranOutOfMemory(exit: unknown, message: string): boolean {
  if (at(exit, 'reason') === 'OOMKilled') return true
  return /OOM-killed|memory limit too low/i.test(`${message} ${textAt(exit, 'message') ?? ''}`)
}

function ending(exit: unknown): string {
  const signal = textAt(exit, 'signal')
  return signal && signal !== '0' ? `signal ${signal}` : `exit code ${textAt(exit, 'exitCode') ?? 'unknown'}`
}

function ordinal(status: unknown): string {
  const count = Number(at(status, 'restartCount') ?? 0) + 1
  const suffix = count % 100 > 10 && count % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${suffix}`
}
