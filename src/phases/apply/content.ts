import { isDeepStrictEqual } from 'node:util'
import { appliedByUs, otherManagers } from '../../core/kubernetes/managed-fields.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import type { Change } from '../../core/result.ts'

/** What an object says, without its status and without what the server counts and keeps about writes. */
export function contentOf({ metadata, status: _status, ...rest }: KubernetesObject): object {
  const { resourceVersion: _version, generation: _generation, managedFields: _managers, ...own } = metadata
  return { ...rest, metadata: own }
}

/**
 * What an apply made of an object. Its controller may write the status between the read and the apply, so another
 * resource version proves nothing; neither does the same one, which a dry run always answers.
 */
export function changeOf(before: KubernetesObject | undefined, after: KubernetesObject): Change {
  if (before === undefined) return 'created'
  return isSameContent(before, after) && isSameOwner(before, after) ? 'unchanged' : 'configured'
}

/** Says of an object that was written, and yet has the same values, what is new in it. */
export function ownershipNote(before: KubernetesObject, after: KubernetesObject): string | undefined {
  return isSameContent(before, after) && !isSameOwner(before, after) ? 'all values as before' : undefined
}

/** Who managed an object until we apply it first; undefined if nobody did or if we did before. */
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
