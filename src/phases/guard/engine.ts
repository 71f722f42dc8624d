import { canRead, type Engine, engineTitle, readersOf } from '../../core/redis/engine.ts'
import { type GuardFacts, type Loss, restartOf, type SubjectFindings } from './facts.ts'

/** An engine that cannot read what the running one wrote does not start. */
export function judgeEngine(facts: GuardFacts): SubjectFindings {
  const { changes, running, after, outlivesPod } = facts
  const [writer, reader] = [running?.engine, after.engine]
  if (changes.length === 0 || !outlivesPod || writer === undefined || reader === undefined) return {}
  const loss = engineLoss(writer, reader, restartOf(facts))
  return loss === undefined ? {} : { losses: [loss] }
}

/**
 * What it means that another engine is to read the files of the running one; nobody can accept that.
 * @param restart why it would, in a clause
 */
export function engineLoss(writer: Engine, reader: Engine, restart: string): Loss | undefined {
  if (canRead(reader, writer) !== false) return undefined
  return {
    sentence:
      `${restart} as ${engineTitle(reader)}, which cannot read the files that ${engineTitle(writer)} writes: it would ` +
      'not start, and the cache would be away',
    hint: `use an image of ${readersOf(writer)}; to go back for good, copy the keys into a new Redis ("Restore a copy" in docs/data-safety.md)`
  }
}
