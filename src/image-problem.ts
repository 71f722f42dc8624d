import { textAt } from './kubernetes-object.ts'
import type { Problem } from './problem.ts'
import { harmlessLine } from './untrusted-text.ts'

const second = 1000

/** Why an image is not there, from the status of the container that waits for it. */
export function imageProblem(status: unknown, name: string, reason: string, message: string): Problem {
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
    toleranceMilliseconds: limited ? 60 * second : final || denied ? 0 : 5 * second
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
