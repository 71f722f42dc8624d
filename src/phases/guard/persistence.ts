import { names } from '../../core/kubernetes/workload.ts'
import { type GuardFacts, held, restartOf, type SubjectFindings } from './facts.ts'
import { copyHint, saveHint } from './hints.ts'

/**
 * What a Redis without an append-only file keeps over its restart: its last snapshot. One with such a file that is to
 * start without it needs a snapshot, too; and where nothing is written any more, the next restart loses everything.
 */
export function judgePersistence(facts: GuardFacts): SubjectFindings {
  const { changes, appends, running, before, after } = facts
  // Of a Redis that is down, only what it wrote counts; healing is never blocked.
  if (changes.length === 0 || running === undefined || running.keys === 0 || !facts.outlivesPod) return {}
  const failing = failingWrites(facts)
  if (appends.after !== false) return failing
  const isTakenOut = after.savePoints === '' && (before?.savePoints !== '' || appends.before !== false)
  const restart = restartOf(facts)
  const losses = isTakenOut
    ? [
        {
          danger: 'persistence' as const,
          sentence:
            `${restart} with appendonly no and without save points: it writes nothing to its volume any more, and ` +
            `with every later restart of ${names.pod} ${held(running)}`,
          hint:
            'keep `appendonly yes` or a `save` line in redis.conf; or, if the cache may be empty after a restart, set ' +
            '`accept-data-loss: persistence`'
        }
      ]
    : []
  const isSaved = !running.appends && running.unsaved === 0
  if (isSaved) return { losses }
  const unsaved = running.unsaved === undefined ? '' : `, and ${running.unsaved} changes are in no snapshot yet`
  const because = `${restart} with appendonly no: it would read its last snapshot${unsaved}`
  return { losses, preparations: [{ kind: 'save', because, hint: saveHint(facts) }] }
}

/** A Redis that cannot write its files does not do it when it ends, either: its grace period is over, and it is killed. */
function failingWrites(facts: GuardFacts): SubjectFindings {
  const { running } = facts
  const failing = running?.failing ?? []
  if (running === undefined || failing.length === 0) return {}
  const sentence = `${restartOf(facts)}, and Redis cannot write its data (${failing.join(', ')}): ${held(running)}`
  const hint = `make room on its volume, and run again when Redis has written; to be safe, ${copyHint(facts)}`
  return { losses: [{ danger: 'persistence', sentence, hint }] }
}
