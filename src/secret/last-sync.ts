import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Check } from '../result.ts'
import { lastProblem } from './failing.ts'
import { cannotSync, refusedBy } from './failures.ts'
import type { SecretPorts } from './ports.ts'
import { readReports } from './requests.ts'
import { standing } from './standing.ts'

/**
 * Judges the last sync of an ExternalSecret, and writes nothing.
 * @returns when it was, for the report; relaxed if nothing tells what AWS holds since
 * @throws Failure if the Secret is not what AWS holds, as far as one can tell
 */
export async function judgeLastSync(
  stored: KubernetesObject,
  namespace: string,
  ports: SecretPorts
): Promise<Pick<Check, 'detail' | 'relaxed'>> {
  const state = standing(stored, namespace, ports.date())
  if (state.state === 'fresh') return { detail: state.detail }
  if (state.state === 'unknown') return { detail: state.detail, relaxed: true }
  if (state.state === 'refused') throw refusedBy(state.refusal)
  const reports = await readReports(namespace, ports)
  throw cannotSync(stored, lastProblem(stored, reports, namespace), undefined, reports, namespace)
}
