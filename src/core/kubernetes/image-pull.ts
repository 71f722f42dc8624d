import type { Problem } from '../problem.ts'
import { sanitizeLine } from '../sanitize.ts'
import { textAt } from './object.ts'

const second = 1000

/** Why the kubelet lets a container wait when its image is not there. */
const reasons = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError']

/** Why an image is not there, from the status of the container; undefined if that waits for something else. */
export function imageProblem(status: unknown, name: string, reason: string, message: string): Problem | undefined {
  if (!reasons.includes(reason)) return undefined
  const image = sanitizeLine(textAt(status, 'image') ?? '')
  return {
    code: 'image-pull',
    sentence: `the image ${image} of container ${name} cannot be pulled: ${rootCause(message) || reason}`,
    ...outlook(reason, message)
  }
}

/** What to do about it, and whether it may heal. */
function outlook(reason: string, message: string): Pick<Problem, 'hint' | 'toleranceMilliseconds'> {
  const says = (pattern: RegExp) => pattern.test(message)
  // Responses of a busy or failing registry may change. The kubelet tries again after 10 s, 20 s, 40 s. A response to a
  // HEAD request has no body, so only its status is informative.
  if (says(/too ?many ?requests|rate limit|: 429\b/i)) {
    return {
      hint: 'log in to the registry with imagePullSecrets, or use a mirror',
      toleranceMilliseconds: 60 * second
    }
  }
  if (says(/: 5\d\d\b/)) {
    return {
      hint: 'run again when the registry has recovered, or use a mirror: set redis-image or exporter-image',
      toleranceMilliseconds: 60 * second
    }
  }
  // Every other response of a registry is final.
  if (says(/denied|unauthorized|forbidden/i)) {
    return { hint: 'check the name, and the imagePullSecrets of the pod template', toleranceMilliseconds: 0 }
  }
  const hint = 'check name and tag: set redis-image or exporter-image to an image that the nodes can pull'
  if (reason === 'InvalidImageName' || says(/not found|manifest unknown|name unknown|invalid reference/i)) {
    return { hint, toleranceMilliseconds: 0 }
  }
  // An unreachable registry. That may heal, but a misspelt host name looks the same and must be reported within 10 s,
  // in which the kubelet does not try again: a longer tolerance that still covers only one attempt gains nothing.
  return { hint, toleranceMilliseconds: 5 * second }
}

/** The message of containerd without the steps in which it repeats the image; the evidence contains all of it. */
function rootCause(message: string): string {
  const steps =
    /^(?:Back-off pulling image "[^"]*"|ErrImagePull|rpc error: code = \w+ desc = .*?|failed to (?:pull and unpack image|resolve reference) "[^"]*"|failed to (?:do request|resolve image)|Error response from daemon): /
  let cause = message
  while (steps.test(cause)) cause = cause.replace(steps, '')
  return cause
}
