import type { KubernetesObject } from '../kubernetes-object.ts'
import { type ManifestDocument, withResourceVersion } from '../manifest.ts'
import { conflictFailure, type Dispute, disputesOf } from './disputes.ts'
import { migratedManagedFields } from './migration.ts'
import { withoutOrphans } from './orphans.ts'
import type { Applied, ApplyInputs, ApplyPorts } from './ports.ts'

export interface WriteOptions {
  /** Only asks the server what it would make of the document. */
  dryRun: boolean
  /** Leaves what `kubectl apply` owns there, for an object that was not rendered and so does not say all. */
  keepOwners?: boolean
}

/** What one try wrote; nothing is applied if another client wrote meanwhile, so that the object must be read again. */
export interface Written {
  applied?: Applied
  /** The fields whose values were overwritten, which holds even if the try was not completed. */
  taken: Dispute[]
}

/** Sends a document once; where others own fields of it, what that is about decides. @throws Failure */
export async function write(
  document: ManifestDocument,
  stored: KubernetesObject | undefined,
  inputs: ApplyInputs,
  cluster: ApplyPorts['cluster'],
  options: WriteOptions
): Promise<Written> {
  const { object, source } = document
  const { namespace, forceConflicts } = inputs
  const { dryRun } = options
  let outcome = await cluster.apply(object, source, namespace, { dryRun })
  let taken: Dispute[] = []
  if (outcome.kind === 'conflict' && stored !== undefined) {
    // Everything from here on counts for the object that was compared, and is refused for a newer one.
    const pinned = withResourceVersion(document, stored.metadata.resourceVersion)
    const preview = await cluster.apply(object, pinned.source, namespace, { force: true, dryRun: true })
    if (preview.kind !== 'applied') return { taken }
    const disputes = disputesOf(outcome.conflicts, stored, preview.applied.object)
    if (disputes.length > 0 && !forceConflicts) throw conflictFailure(object, namespace, disputes)
    outcome = dryRun ? preview : await cluster.apply(object, pinned.source, namespace, { force: true })
    if (outcome.kind === 'applied') taken = disputes
  }
  if (outcome.kind !== 'applied') return { taken }
  const { applied } = outcome
  const managedFields = options.keepOwners ? undefined : migratedManagedFields(applied.object)
  if (managedFields === undefined) return { applied, taken }
  if (dryRun) return { applied: await afterMigration(applied, namespace, cluster), taken }
  const migrated = await cluster.replaceManagedFields(applied.object, namespace, managedFields)
  if (migrated.kind !== 'applied') return { taken }
  const again = await cluster.apply(object, source, namespace, {})
  return again.kind === 'applied' ? { applied: again.applied, taken } : { taken }
}

/** What the apply after the migration would come to, as far as a server can be asked that does not migrate. */
async function afterMigration(applied: Applied, namespace: string, cluster: ApplyPorts['cluster']): Promise<Applied> {
  const { object } = applied
  const outcome = await cluster.preview(object, withoutOrphans(object), namespace)
  if (outcome.kind !== 'applied') return applied
  const preview = outcome.applied.object
  // Whose the fields are then is what the apply says.
  const { managedFields } = object.metadata
  return { ...applied, object: { ...preview, metadata: { ...preview.metadata, managedFields } } }
}
