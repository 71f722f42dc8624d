import type { Change } from '../../core/result.ts'
import { servingOf } from './serving.ts'
import type { Run } from './verdict.ts'

/** The planned changes that count as a change, in the words of a plan. */
const planned = { created: 'create', configured: 'change', unchanged: 'unchanged' } as const

/** The outputs of the action, except the paths of files; an unknown fact is an empty text. */
export function outputsOf(run: Run): Record<string, string> {
  const count = (change: Change) =>
    run.mode === 'plan'
      ? run.plan?.objects.filter(({ action }) => action === planned[change]).length
      : run.objects?.filter((object) => object.change === change).length
  // An invalid number is NaN, or null when read from a file.
  const known = (fact: string | number | undefined | null) =>
    typeof fact === 'string' || Number.isFinite(fact) ? String(fact) : ''
  const [created, configured] = [count('created'), count('configured')]
  return {
    verdict: run.verdict,
    'failure-code': known(run.failure?.code),
    topology: known(run.topology),
    serving: String(servingOf(run) ?? ''),
    changed: changedOf(created, configured, run),
    created: known(created),
    configured: known(configured),
    unchanged: known(count('unchanged')),
    revision: known(run.revision),
    'rollout-seconds': run.rolloutMilliseconds === undefined ? '' : (run.rolloutMilliseconds / 1000).toFixed(1),
    'redis-version': known(run.redisVersion),
    'used-memory-bytes': known(run.usedMemoryBytes),
    'maxmemory-bytes': known(run.maxmemoryBytes),
    'keys-before': known(run.keysBefore),
    'keys-after': known(run.keysAfter)
  }
}

/**
 * `true` as soon as one object is known to change or to be no longer rendered; `false` only if all are known not to.
 */
function changedOf(created: number | undefined, configured: number | undefined, { mode, plan }: Run): string {
  if (created === undefined || configured === undefined) return ''
  if (created + configured > 0) return 'true'
  if (mode !== 'plan') return 'false'
  const isDropped = plan?.objects.some(({ action }) => action === 'dropped')
  if (isDropped) return 'true'
  return plan?.objects.some(({ action }) => action === 'unknown' || action === 'valid') ? '' : 'false'
}
