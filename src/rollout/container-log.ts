import type { Evidence } from '../failure.ts'
import { at, type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { formatDuration } from '../units.ts'
import { explanationMilliseconds } from './pace.ts'
import { containerStatuses, unreadyContainer } from './readiness.ts'
import type { RolloutPorts } from './rollout.ts'

type LogPorts = Pick<RolloutPorts, 'cluster' | 'toFailure'>

const tailLines = 25

/**
 * The last lines of a container, or why they cannot be had; nothing where it has not run.
 * @param wanted the container; by default the one that is not ready
 */
export async function containerLog(
  pod: KubernetesObject,
  wanted: string | undefined,
  namespace: string,
  ports: LogPorts
): Promise<Evidence[]> {
  const container = wanted ?? textAt(unreadyContainer(pod), 'name')
  const status = containerStatuses(pod).find((each) => at(each, 'name') === container)
  const [state, last] = [at(status, 'state'), at(status, 'lastState', 'terminated')]
  if (container === undefined || (at(state, 'running') ?? at(state, 'terminated') ?? last) === undefined) return []
  // While it waits to be started again, the run that ended is the one before.
  const restarts = at(state, 'waiting') !== undefined
  const signal = AbortSignal.timeout(explanationMilliseconds)
  for (const previous of [restarts, !restarts]) {
    try {
      const limits = { tailLines, signal }
      const text = await ports.cluster.readLog(namespace, pod.metadata.name, container, previous, limits)
      // The kubelet answers so, with status 200, when it has removed a container already.
      if (text.trim() === '' || text.startsWith('unable to retrieve container logs')) continue
      return [{ title: `Last lines of container ${container}${previous ? ', before its restart' : ''}`, text }]
    } catch (error) {
      const reason = signal.aborted ? tooLate : refusal(error, pod, namespace, ports)
      if (reason !== undefined) return [{ title: `No log of container ${container}`, text: reason }]
    }
  }
  return []
}

const tooLate =
  `no answer within ${formatDuration(explanationMilliseconds)}: the API server asks the kubelet of the node for it, ` +
  'at port 10250'

/** Other refusals say that there is no such log, which is no news. */
function refusal(error: unknown, pod: KubernetesObject, namespace: string, ports: LogPorts): string | undefined {
  const attempt = { verb: 'read the log of', object: `Pod/${pod.metadata.name}`, namespace }
  const { code, message, hint } = ports.toFailure(error, attempt)
  if (code === 'forbidden' || code === 'unauthorized') return `${message}\n${hint}`
  return code === 'cluster-unreachable' ? message : undefined
}
