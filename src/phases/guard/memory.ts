import { formatBytes } from '../../core/units.ts'
import { type GuardFacts, type Loss, restartOf, type SubjectFindings } from './facts.ts'

/** Less memory than the keys take now. */
export function judgeMemory(facts: GuardFacts): SubjectFindings {
  const { running, after } = facts
  if (running === undefined) return {}
  const losses: Loss[] = []
  const { used, maxmemory: live = 0 } = running
  const isLess = (limit: number) => live === 0 || limit < live
  if (after.maxmemory && used !== undefined && after.maxmemory < used && isLess(after.maxmemory)) {
    losses.push({
      danger: 'maxmemory',
      sentence:
        `maxmemory would be ${formatBytes(after.maxmemory)}, and Redis uses ${formatBytes(used)} now: ` +
        consequence(facts, used - after.maxmemory),
      hint: `keep maxmemory above ${formatBytes(used)}; or, if these keys may go, set \`accept-data-loss: maxmemory\``
    })
  }
  if (facts.changes.length > 0 && after.memoryLimit && used !== undefined && after.memoryLimit < used) {
    losses.push({
      danger: 'maxmemory',
      sentence:
        `${restartOf(facts)} with a memory limit of ${formatBytes(after.memoryLimit)}, and its keys take ` +
        `${formatBytes(used)} now: it would be killed while it loads them`,
      hint: `keep the memory limit above twice ${formatBytes(used)}`
    })
  }
  return { losses }
}

function consequence({ after, running }: GuardFacts, bytes: number): string {
  const share = `${formatBytes(bytes)} more than that${running?.keys === undefined ? '' : `, of ${running.keys} keys`}`
  if (after.policy === undefined) return `${share}, would be evicted, or clients could write nothing`
  return after.policy === 'noeviction'
    ? `${share}: clients could write nothing (noeviction)`
    : `${share}, would be evicted (${after.policy})`
}
