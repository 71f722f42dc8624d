import { randomUUID } from 'node:crypto'
import type { Deadline } from '../../../core/deadline.ts'
import { labelText } from '../../../core/rendered-cache/backend-labels.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import type { ConnectionInputs, PodDeps } from '../deps.ts'
import { checksBefore, networkProblems } from '../network-problem.ts'
import { connectionRounds } from '../one-redis.ts'
import { endpointText, type Finding, type ProbeContext, unreachableCode } from '../probe-context.ts'
import type { ProbeOutput } from '../probe-output.ts'
import { authoritiesForPod, clientHello } from '../tls.ts'
import { networkProblemOf, type ProbeAnswer, probeOutputOf } from './output.ts'
import { backendPod, nonBackendPod, type PodOptions } from './pod-manifest.ts'
import { runPod } from './run-pod.ts'

interface PodFindings {
  output: ProbeOutput
  /** Undefined if no other pod was to try, or if it could not. */
  nonBackend: Finding | undefined
}

/** Lets pods of the namespace look, at the same time: one as a backend, and if wanted one that is none. */
export async function probeFromPods(
  inputs: ConnectionInputs,
  context: ProbeContext,
  deadline: Deadline,
  deps: PodDeps
): Promise<PodFindings> {
  const { namespace, nonBackend } = inputs
  const options = await podOptions(inputs, context, deadline, deps)
  const pods = [backendPod(options), ...(nonBackend ? [nonBackendPod(options)] : [])]
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
    output: probeOutputOf(answers ?? new Map<string, ProbeAnswer>(), context.address, new Date()),
    nonBackend: others && nonBackendFinding(others, context)
  }
}

async function podOptions(
  { image, owner }: ConnectionInputs,
  { address, backendLabels, topology }: ProbeContext,
  deadline: Deadline,
  { authorities, log }: PodDeps
): Promise<PodOptions> {
  const base = {
    image,
    address,
    owner,
    backendLabels,
    rounds: topology === 'self-hosted' ? connectionRounds : 0,
    run: randomUUID(),
    activeSeconds: Math.ceil(deadline.remaining / 1000) + 10
  }
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
  const { namespace, address, backendLabels } = context
  const problem = networkProblemOf(answers, address.port)
  // Where not even its host name was resolved, nothing can have blocked it.
  if (problem !== undefined && checksBefore(networkProblems[problem.kind].fails).length === 0) return undefined
  const finding = (passed: boolean, detail: string): Finding => ({
    name: 'pod without the backend label',
    code: 'redis-open',
    passed,
    detail,
    hint:
      `apply the NetworkPolicy of manifests/base (\`kubectl -n ${namespace} get networkpolicies\`); if it is there, ` +
      'the network plugin of the cluster does not enforce policies, or another policy admits that pod'
  })
  if (problem !== undefined) {
    return finding(true, `blocked: ${problem.kind === 'timeout' ? 'no connection within 3 s' : problem.said}`)
  }
  const said = sanitizeLine(answers.get('anonymous')?.output.toString('utf8') ?? '', 100)
  return finding(
    false,
    `a pod without the label ${labelText(backendLabels)} can connect to ${endpointText(address)}: ${said}`
  )
}
