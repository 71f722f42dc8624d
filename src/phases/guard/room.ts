import { textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Preparation } from '../../core/result.ts'
import { formatBytes, quantityBytes } from '../../core/units.ts'
import type { GuardFacts } from './facts.ts'

/**
 * Whether what Redis is about to write may not fit on its volume: the append-only file that is there, and once the data
 * for each file that is prepared. An estimate, because nobody can ask the volume how much is left.
 */
export function roomNote(
  { claims, running }: Pick<GuardFacts, 'claims' | 'running'>,
  preparations: readonly Preparation[]
): string | undefined {
  const [claim, ...others] = claims
  const capacity = quantityBytes(textAt(claim?.object, 'status', 'capacity', 'storage') ?? '')
  if (running?.bytes === undefined || preparations.length === 0 || capacity === undefined || others.length > 0) {
    return undefined
  }
  const needed = running.appendedBytes + preparations.length * running.bytes
  if (needed <= Number(capacity)) return undefined
  return (
    `The volume of claim ${claim?.name} may be too small for what ${names.pod} writes now: about ${formatBytes(needed)} ` +
    `of ${formatBytes(Number(capacity))}.`
  )
}
