import type { KubernetesObject } from '../kubernetes-object.ts'
import { lastProblem } from './failing.ts'
import { cannotSync, refusedBy } from './failures.ts'
import type { SecretPorts } from './ports.ts'
import { readReports } from './requests.ts'
import { standing } from './standing.ts'

/**
 * Judges the last sync of an ExternalSecret, and writes nothing.
 * @returns when it was, for the report
 * @throws Failure if the Secret may not be what AWS holds
 */
export async function judgeLastSync(stored: KubernetesObject, namespace: string, ports: SecretPorts): Promise<string> {
  const state = standing(stored, namespace, ports.date())
  if (state.state === 'fresh') return state.detail
  if (state.state === 'refused') throw refusedBy(state.refusal)
  const reports = await readReports(namespace, ports)
  throw cannotSync(stored, lastProblem(stored, reports, namespace), undefined, reports, namespace)
}
