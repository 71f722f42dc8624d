import type { FailureCode } from '../../core/failure.ts'
import type { PhaseName, ProgramResult } from '../../core/result.ts'

/** Failures of the wait for redis-0 that another, healthy pod may stand behind. */
const withoutVerdict: readonly FailureCode[] = ['stuck-revision', 'config-drift', 'cancelled', 'forbidden']
/** Failures of a connection that every client has. */
const unanswered: readonly FailureCode[] = [
  'redis-unreachable',
  'redis-auth',
  'redis-loading',
  'redis-readonly',
  'elasticache-unreachable'
]
const asking: readonly (PhaseName | undefined)[] = ['probe', 'connection']

/**
 * Whether clients are served now, as far as the run has seen it: somebody got in and Redis took a write or would take
 * one. Another failed check, such as one of memory or settings, changes nothing about that.
 * @returns undefined if it is not known
 */
export function servingOf(
  run: Pick<ProgramResult, 'checks' | 'phases' | 'failure' | 'servedBefore'>
): boolean | undefined {
  const { checks = [], phases, failure, servedBefore } = run
  const seen = (name: string) => checks.find((check) => check.name === name)
  const [ping, write] = [seen('PING'), seen('write')]
  if (write?.passed === false || ping?.passed === false) return false
  const failing = phases.find(({ outcome }) => outcome === 'failed')?.name
  const code = failure?.code
  if (code !== undefined && unanswered.includes(code) && asking.includes(failing)) return false
  if ((ping?.passed && !ping.relaxed) || write?.passed) return true
  // The only pod is not Ready.
  if (failing === 'rollout' && code !== undefined && !withoutVerdict.includes(code)) return false
  const hasWritten = phases.some(({ name }) => name === 'apply')
  return hasWritten ? undefined : servedBefore
}

/** The impact of a failure, in one line. */
export function servingSentence(serving: boolean): string {
  return serving ? 'the cache answers clients' : 'no, clients get no answer or cannot write'
}
