import { randomUUID } from 'node:crypto'
import type { Deadline } from '../deadline.ts'
import type { Answer } from './answers.ts'
import { authoritiesForPod } from './authorities.ts'
import { clientHello } from './client-hello.ts'
import { outsiderFinding } from './outsider.ts'
import { backendPod, outsiderPod, type PodOptions } from './pod.ts'
import type { ConnectionInputs, PodPorts } from './ports.ts'
import { runPod } from './run-pod.ts'
import { sightOf } from './sight.ts'
import type { Sight } from './trouble.ts'
import { type Finding, unreachableCode, type View } from './view.ts'

export interface SeenFromPods {
  sight: Sight
  /** Undefined if no other pod was to try, or if it could not. */
  outsider: Finding | undefined
}

/** Lets pods of the namespace look, at the same time: one as a backend, and if wanted one that is none. */
export async function seeFromPods(
  inputs: ConnectionInputs,
  view: View,
  deadline: Deadline,
  ports: PodPorts
): Promise<SeenFromPods> {
  const { namespace, outsider } = inputs
  const options = await podOptions(inputs, view, deadline, ports)
  const pods = [backendPod(options), ...(outsider ? [outsiderPod(options)] : [])]
  const code = unreachableCode(view.topology)
  const failing = new AbortController()
  const own = { ...ports, signal: AbortSignal.any([ports.signal, failing.signal]) }
  const runs = pods.map((pod) => runPod(pod, namespace, code, deadline, own))
  const [answers, others] = await Promise.all(runs).catch(async (error: unknown) => {
    // The first failure ends the other pod, and both are gone before it is thrown.
    failing.abort(error)
    await Promise.allSettled(runs)
    throw error
  })
  return {
    sight: sightOf(answers ?? new Map<string, Answer>(), view.address, new Date()),
    outsider: others && outsiderFinding(others, view)
  }
}

async function podOptions(
  { image, owner }: ConnectionInputs,
  { address }: View,
  deadline: Deadline,
  { authorities, log }: PodPorts
): Promise<PodOptions> {
  const base = { image, address, owner, run: randomUUID(), activeSeconds: Math.ceil(deadline.remaining / 1000) + 10 }
  if (!address.tls) return { ...base, tls: undefined }
  const { pem, left } = authoritiesForPod(authorities)
  if (left > 0) log(`the pod does not get ${left} of the authorities in NODE_EXTRA_CA_CERTS: they are too many`)
  return { ...base, tls: { authorities: pem, hello: await clientHello(address.host) } }
}
