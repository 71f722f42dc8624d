import { findLeftovers } from '../apply/leftovers.ts'
import { Failure } from '../failure.ts'
import { toFailureFor } from '../kubernetes/failure.ts'
import { UnknownKind } from '../kubernetes/object-paths.ts'
import { objectId } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { noteInto } from './findings.ts'
import type { Program } from './program.ts'
import type { Target } from './target.ts'

/**
 * Tells, and keeps for the report, what an earlier deployment has left behind.
 * @param forPlan looks among all objects of the namespace, as far as that is allowed
 */
export async function tellLeftovers(
  documents: readonly ManifestDocument[],
  { namespace, cluster, role }: Target,
  { result, log }: Program,
  forPlan = false
): Promise<void> {
  try {
    const found = await findLeftovers(documents, namespace, forPlan, {
      cluster,
      toFailure: toFailureFor(role),
      isUnknownKind: (error) => error instanceof UnknownKind
    })
    const leftovers = found.map(objectId)
    result.leftovers = leftovers
    if (leftovers.length > 0) log(`left over from an earlier deployment: ${leftovers.join(', ')}`)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'forbidden') throw error
    noteInto(result, log)(`Left-over objects were not looked for: ${error.hint}`)
  }
}
