import type { Clock } from '../../core/clock.ts'
import type { Deadline } from '../../core/deadline.ts'
import { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Problem } from '../../core/problem.ts'
import type { Check } from '../../core/result.ts'
import { formatDuration } from '../../core/units.ts'
import { waitUntilDone } from '../../core/wait.ts'
import { podAddresses, type ServiceTarget, serviceProblem } from './service-endpoints.ts'

export interface ServiceDeps {
  cluster: {
    listEndpointSlices(namespace: string, service: string): Promise<KubernetesObject[]>
  }
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
  /** Told what was found. */
  checked(check: Check): void
  /** Told what could not be checked. */
  note(sentence: string): void
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}

/** The pause between two looks, in milliseconds. */
const lookAgain = 250

/**
 * Proves that a Service leads its clients to redis-0 and to no other pod. What is not so yet is given a few seconds.
 * @returns what was found, in words
 * @throws Failure service-mismatch; without the right to look there is a note and no failure
 */
export async function proveService(target: ServiceTarget, deadline: Deadline, deps: ServiceDeps): Promise<string> {
  const name = `Service/${target.service}`
  try {
    await waitUntilDone<void, { waitingFor: string; problem: Problem }>(
      {
        async look() {
          const problem = serviceProblem(await slicesOf(target, deps), target)
          return problem === undefined
            ? { done: undefined }
            : { waiting: { waitingFor: `${name} to lead to ${names.pod} alone`, problem } }
        },
        interval: (patience) => Math.min(lookAgain, patience),
        verdict: async ({ problem: { code, sentence, hint } }, { lasted }) =>
          new Failure(code, `${sentence} (seen for ${formatDuration(lasted)})`, hint)
      },
      deadline,
      deps
    )
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (error.code === 'service-mismatch') deps.checked({ name, passed: false, detail: error.message })
    if (error.code !== 'forbidden') throw error
    const unproven = `Whether ${name} leads to ${names.pod} alone was not checked`
    deps.note(`${unproven}: ${error.hint}`)
    return `${name} was not checked`
  }
  const detail = `leads to ${names.pod} alone, at ${podAddresses(target.pod).join(' and ')}, port ${target.port}`
  deps.checked({ name, passed: true, detail })
  return `${name} ${detail}`
}

async function slicesOf({ namespace, service }: ServiceTarget, deps: ServiceDeps): Promise<KubernetesObject[]> {
  try {
    return await deps.cluster.listEndpointSlices(namespace, service)
  } catch (error) {
    deps.signal.throwIfAborted()
    throw deps.toFailure(error, { verb: 'list', object: `EndpointSlices of Service/${service}`, namespace })
  }
}
