import { isDeepStrictEqual } from 'node:util'
import { appliedByUs, otherManagers } from '../../core/kubernetes/managed-fields.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import type { Change } from '../../core/result.ts'

/** The content of an object, without its status and without server bookkeeping. */
export function contentOf({ metadata, status: _status, ...rest }: KubernetesObject): object {
  const { resourceVersion: _version, generation: _generation, managedFields: _managers, ...own } = metadata
  return { ...rest, metadata: own }
}

/**
 * The change made by an apply. The controller may write the status between the read and the apply, so a new resource
 * version proves nothing; neither does the same one, which a dry run always returns.
 */
export function changeOf(before: KubernetesObject | undefined, after: KubernetesObject): Change {
  if (before === undefined) return 'created'
  return isSameContent(before, after) && isSameOwner(before, after) ? 'unchanged' : 'configured'
}

/** Describes what is new in an object that was written with unchanged values. */
export function ownershipNote(before: KubernetesObject, after: KubernetesObject): string | undefined {
  return isSameContent(before, after) && !isSameOwner(before, after) ? 'all values as before' : undefined
}

/** The managers of an object before our first apply; undefined if there were none or if we applied it before. */
export function adoptionNote(before: KubernetesObject, isTried = false): string | undefined {
  const managers = otherManagers(before)
  if (appliedByUs(before) !== undefined || managers.length === 0) return undefined
  return `${isTried ? 'would be taken' : 'taken'} over from ${managers.join(', ')}`
}

function isSameContent(before: KubernetesObject, after: KubernetesObject): boolean {
  return isDeepStrictEqual(contentOf(before), contentOf(after))
}

function isSameOwner(before: KubernetesObject, after: KubernetesObject): boolean {
  return isDeepStrictEqual(appliedByUs(before)?.['fieldsV1'], appliedByUs(after)?.['fieldsV1'])
}
