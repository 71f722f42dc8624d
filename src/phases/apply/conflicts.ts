import { isDeepStrictEqual } from 'node:util'
import type { Conflict } from '../../clients/kubernetes/errors.ts'
import { Failure } from '../../core/failure.ts'
import { findField } from '../../core/kubernetes/field-path.ts'
import { fieldManager, type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { listed, mostInSentence } from '../../core/listing.ts'
import { shownValues } from '../../core/redact/shown-value.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { sameDuration } from '../../core/units.ts'
import { contentOf } from './content.ts'

/** A field that another manager owns with a different value. */
export interface ValueConflict extends Conflict {
  /** The stored value and the rendered one, undefined if they must not be shown. */
  values: [stored: string, wanted: string] | undefined
}

/**
 * The conflicts about values. The server also reports a conflict for ownership alone: in an atomic list, such as
 * volumeClaimTemplates, the defaults that it filled in make every other applier differ.
 * @param preview the result of a forced apply
 */
export function valueConflictsOf(
  conflicts: readonly Conflict[],
  stored: KubernetesObject,
  preview: KubernetesObject
): ValueConflict[] {
  if (isDeepStrictEqual(contentOf(stored), contentOf(preview))) return []
  return conflicts
    .filter(({ manager }) => manager !== fieldManager)
    .flatMap(({ field, manager }) => {
      const [before, after] = [findField(stored, field), findField(preview, field)]
      if (before !== undefined && isDeepStrictEqual(before, after)) return []
      if (stored.kind === 'ExternalSecret' && isSameDuration(before?.value, after?.value)) return []
      const readable = before ?? after
      const values = readable && shownValues(stored.kind, field, [before?.value, after?.value])
      return [{ field: sanitizeLine(field), manager: sanitizeLine(manager), values }]
    })
}

/** The External Secrets Operator rewrites an object in its own spelling as owner of the field: `1h0m0s` for `1h`. */
function isSameDuration(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string' && sameDuration(one, other)
}

/** Which fields were taken over from whom, or would be: `took .spec.replicas over from kubectl-scale`. */
export function takeoverNote(disputes: readonly ValueConflict[], isTried = false): string | undefined {
  if (disputes.length === 0) return undefined
  const byManager = Map.groupBy(disputes, ({ manager }) => manager)
  const parts = [...byManager].map(
    ([manager, own]) => `${own.map(({ field }) => field).join(', ')} over from ${manager}`
  )
  return `${isTried ? 'would take' : 'took'} ${parts.join(', and ')}`
}

/** The failure of an object with at least one conflict. */
export function conflictFailure(
  object: KubernetesObject,
  namespace: string,
  disputes: readonly ValueConflict[]
): Failure {
  const lines = disputes.map(({ field, manager, values }) =>
    values === undefined
      ? `"${manager}" owns ${field} with a different value (not shown)`
      : `"${manager}" owns ${field} with the value ${values[0]}, wanted: ${values[1]}`
  )
  const managers = [...new Set(disputes.map(({ manager }) => manager))].join(', ')
  const leave =
    objectId(object) === `Secret/${names.credentials}`
      ? 'leave the input redis-password empty to keep the stored password'
      : `remove the field from the manifests to leave it to ${managers}, give both the same value`
  return new Failure(
    'field-conflict',
    `cannot apply ${objectId(object)} in namespace ${namespace}: ${listed(lines, '; ')}`,
    `${leave}, or set \`force-conflicts: true\` to take it over`,
    lines.length <= mostInSentence
      ? []
      : [{ title: `Fields of ${objectId(object)} that others own`, text: lines.join('\n') }]
  )
}
