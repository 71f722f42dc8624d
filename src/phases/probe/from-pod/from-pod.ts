import { randomUUID } from 'node:crypto'
import type { Deadline } from '../../../core/deadline.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import type { ConnectionInputs, PodDeps } from '../deps.ts'
import type { ProbeOutput } from '../network-problem.ts'
import { endpointText, type Finding, type ProbeContext, unreachableCode } from '../probe-context.ts'
import { authoritiesForPod, clientHello } from '../tls.ts'
import { networkProblemOf, type ProbeAnswer, probeOutputOf } from './output.ts'
import { backendLabel, backendPod, nonBackendPod, type PodOptions } from './pod-manifest.ts'
import { runPod } from './run-pod.ts'

interface SeenFromPods {
  sight: ProbeOutput
  /** Undefined if no non-backend pod was requested, or if it could not try. */
  outsider: Finding | undefined
}

/** Runs probe pods in the namespace concurrently: one as a backend, and optionally a non-backend pod. */
export async function seeFromPods(
  inputs: ConnectionInputs,
  context: ProbeContext,
  deadline: Deadline,
  deps: PodDeps
): Promise<SeenFromPods> {
  const { namespace, outsider } = inputs
  const options = await podOptions(inputs, context, deadline, deps)
  const pods = [backendPod(options), ...(outsider ? [nonBackendPod(options)] : [])]
  const code = unreachableCode(context.topology)
  const failing = new AbortController()
  const own = { ...deps, signal: AbortSignal.any([deps.signal, failing.signal]) }
  const runs = pods.map((pod) => runPod(pod, namespace, code, deadline, own))
  const [answers, others] = await Promise.all(runs).catch(async (error: unknown) => {
    // The first failure ends the other pod, and both are gone before it is thrown.
    failing.abort(error)
    await Promise.allSettled(runs)
    throw error
  })
  return {
    sight: probeOutputOf(answers ?? new Map<string, ProbeAnswer>(), context.address, new Date()),
    outsider: others && nonBackendFinding(others, context)
  }
}

async function podOptions(
  { image, owner }: ConnectionInputs,
  { address }: ProbeContext,
  deadline: Deadline,
  { authorities, log }: PodDeps
): Promise<PodOptions> {
  const base = { image, address, owner, run: randomUUID(), activeSeconds: Math.ceil(deadline.remaining / 1000) + 10 }
  if (!address.tls) return { ...base, tls: undefined }
  const { pem, left } = authoritiesForPod(authorities)
  if (left > 0) log(`the pod does not receive ${left} of the authorities in NODE_EXTRA_CA_CERTS: too many`)
  return { ...base, tls: { authorities: pem, hello: await clientHello(address.host) } }
}

/**
 * Whether a pod without the backend label is blocked.
 * @returns undefined if that pod could not even try
 */
export function nonBackendFinding(
  answers: ReadonlyMap<string, ProbeAnswer>,
  context: ProbeContext
): Finding | undefined {
  const { namespace, address } = context
  const trouble = networkProblemOf(answers, address.port)
  const finding = (passed: boolean, detail: string): Finding => ({
    name: 'pod without the backend label',
    code: 'redis-open',
    passed,
    detail,
    hint:
      `apply the NetworkPolicy of manifests/base (\`kubectl -n ${namespace} get networkpolicies\`); if it is there, ` +
      'the network plugin of the cluster does not enforce policies, or another policy admits that pod'
  })
  switch (trouble?.kind) {
    case undefined: {
      const said = sanitizeLine(answers.get('anonymous')?.output.toString('utf8') ?? '', 100)
      return finding(false, `a pod without the label ${backendLabel} can connect to ${endpointText(address)}: ${said}`)
    }
    case 'unresolved':
    case 'client':
    case 'unknown':
      return undefined
    case 'timeout':
      return finding(true, 'blocked: no connection within 3 s')
    default:
      return finding(true, `blocked: ${trouble?.said}`)
  }
}
