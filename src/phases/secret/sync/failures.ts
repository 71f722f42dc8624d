import { type Evidence, Failure } from '../../../core/failure.ts'
import { eventLine, eventsOf } from '../../../core/kubernetes/events.ts'
import { type KubernetesObject, objectId } from '../../../core/kubernetes/object.ts'
import { names } from '../../../core/kubernetes/workload.ts'
import { formatDuration } from '../../../core/units.ts'
import type { Reports } from './api-calls.ts'
import { operatorHint, type SyncRefusal } from './refresh-policy.ts'
import { syncStatus } from './status.ts'
import { lastProblem, type SyncProblem } from './sync-problem.ts'

/** The operator reports that it cannot sync. @param seen for how long, in milliseconds; undefined without a wait */
export function cannotSyncFailure(
  object: KubernetesObject,
  { sentence, hint }: SyncProblem,
  seen: number | undefined,
  reports: Reports,
  namespace: string
): Failure {
  const lasted = seen === undefined ? '' : ` (seen for ${formatDuration(seen)})`
  const what = `${objectId(object)} in namespace ${namespace} cannot be synced: ${sentence}${lasted}`
  const message = `${what}${whatTheSecretHolds(object)}`
  return new Failure('external-secret-error', message, hint, evidence(object, reports))
}

/** Nothing has changed for so long that the operator seems to be stopped. @param quiet in milliseconds */
export function nobodySyncsFailure(
  object: KubernetesObject,
  quiet: number,
  reports: Reports,
  namespace: string
): Failure {
  const id = objectId(object)
  const { ready, version, refreshTime } = syncStatus(object)
  const since = `${id} in namespace ${namespace} was requested to sync, but nothing has happened for ${formatDuration(quiet)}`
  const who = 'the External Secrets Operator is not running, is busy, or is waiting for AWS'
  const hint = operatorHint(object, namespace)
  if (ready?.status === 'False') {
    const problem = lastProblem(object, reports, namespace)
    const sentence = `${since}: ${who}. Its last error: ${problem.sentence}`
    return new Failure('external-secret-error', sentence, `${hint}; ${problem.hint}`, evidence(object, reports))
  }
  if (version === undefined) {
    const sentence = `${since}: ${who}. It has never been synced`
    return new Failure('external-secret-error', sentence, hint, evidence(object, reports))
  }
  const sentence = `${since}: ${who}. Its Ready=True dates from ${refreshTime}, so the Secret may not match AWS`
  return new Failure('secret-stale', sentence, hint, evidence(object, reports))
}

/** The deadline of the run. */
export function outOfTimeFailure(
  object: KubernetesObject,
  waitingFor: string,
  milliseconds: number,
  reports: Reports,
  namespace: string
): Failure {
  const code = syncStatus(object).version === undefined ? 'external-secret-error' : 'secret-stale'
  const sentence = `after ${formatDuration(milliseconds)} still waiting for ${waitingFor}${whatTheSecretHolds(object)}`
  return new Failure(code, sentence, operatorHint(object, namespace), evidence(object, reports))
}

export function refusedByFailure({ code, sentence, hint }: SyncRefusal): Failure {
  return new Failure(code, sentence, hint)
}

/** There is no Secret, although everything reported that there is one. */
export function secretMissingFailure(namespace: string, externalSecret: KubernetesObject | undefined): Failure {
  const what = `there is no Secret/${names.credentials} in namespace ${namespace}`
  if (externalSecret === undefined) {
    const hint =
      'create it with the keys host, port, password and url, or have an ExternalSecret create it (overlays/production)'
    return new Failure('secret-missing', what, hint)
  }
  const sentence = `${what}, although ${objectId(externalSecret)} says "secret synced"`
  const kubectl = `kubectl -n ${namespace}`
  const hint =
    `check whether it names another Secret: \`${kubectl} get externalsecret ${externalSecret.metadata.name} -o yaml\` ` +
    '(spec.target.name); if not, the Secret was deleted, and the next run has the operator recreate it'
  return new Failure('secret-missing', sentence, hint)
}

function whatTheSecretHolds(object: KubernetesObject): string {
  const { refreshTime } = syncStatus(object)
  return refreshTime === undefined ? '' : `. The Secret still holds the values synced at ${refreshTime}`
}

function evidence(object: KubernetesObject, { events }: Reports): Evidence[] {
  const text = eventsOf(object, events).slice(-12).map(eventLine).join('\n')
  return text === '' ? [] : [{ title: `Events of ${objectId(object)}`, text }]
}
