import { Failure } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { type ManifestDocument, withResourceVersion } from '../manifest.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { adoptionNote, changeOf, ownershipNote } from './content.ts'
import { conflictFailure, type Dispute, disputesOf, takenNote } from './disputes.ts'
import { immutableFailure } from './immutable.ts'
import { migratedManagedFields } from './migration.ts'
import type { Applied, ApplyInputs, ApplyPorts } from './ports.ts'

interface ApplyOptions {
  /** Only asks the server whether it would accept the document. */
  dryRun?: boolean
  /** Why the object changes, for the report. */
  note?: (before: KubernetesObject) => string | undefined
  /** Leaves what `kubectl apply` owns there, for an object that was not rendered and so does not say all. */
  keepOwners?: boolean
}

/** How often an object that others write meanwhile is read again. */
const rounds = 5

/**
 * Applies one document and tells what that changed. Nobody's value is overwritten unless the inputs say so.
 * @throws Failure
 */
export async function applyDocument(
  document: ManifestDocument,
  inputs: ApplyInputs,
  ports: ApplyPorts,
  options: ApplyOptions = {}
): Promise<KubernetesObject> {
  const { object } = document
  const { namespace } = inputs
  let before: KubernetesObject | undefined
  const taken: Dispute[] = []
  try {
    before = await ports.cluster.read(object, namespace)
    let stored = before
    for (let round = 1; round <= rounds; round++) {
      const written = await write(document, stored, inputs, ports, options)
      taken.push(...written.taken)
      if (written.applied !== undefined) {
        const notes = before && [options.note?.(before), takenNote(taken), adoptionNote(before)]
        if (!options.dryRun) tell(written.applied, before, notes ?? [], ports)
        return written.applied.object
      }
      stored = await ports.cluster.read(object, namespace)
    }
    throw unsteady(object, namespace)
  } catch (error) {
    const failure = ports.toFailure(error, { verb: 'apply', object: objectId(object), namespace })
    throw before && failure.code === 'immutable-field' ? immutableFailure(failure, before, object, namespace) : failure
  }
}

/** What one try wrote; nothing is applied if another client wrote meanwhile, so that the object must be read again. */
interface Written {
  applied?: Applied
  /** The fields whose values were overwritten, which holds even if the try was not completed. */
  taken: Dispute[]
}

async function write(
  document: ManifestDocument,
  stored: KubernetesObject | undefined,
  { namespace, forceConflicts }: ApplyInputs,
  { cluster }: ApplyPorts,
  { dryRun = false, keepOwners = false }: ApplyOptions
): Promise<Written> {
  const { object, source } = document
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
  const managedFields = dryRun || keepOwners ? undefined : migratedManagedFields(applied.object)
  if (managedFields === undefined) return { applied, taken }
  const migrated = await cluster.replaceManagedFields(applied.object, namespace, managedFields)
  if (migrated.kind !== 'applied') return { taken }
  const again = await cluster.apply(object, source, namespace, {})
  return again.kind === 'applied' ? { applied: again.applied, taken } : { taken }
}

function unsteady(object: KubernetesObject, namespace: string): Failure {
  return new Failure(
    'field-conflict',
    `cannot apply ${objectId(object)} in namespace ${namespace}: another client changed it each of ${rounds} times`,
    `see who writes it, stop that, and run again: \`kubectl --namespace ${namespace} get ` +
      `${object.kind.toLowerCase()}/${object.metadata.name} --show-managed-fields --output=yaml\``
  )
}

/** Creates one object; the stored one stays as it is if there is one, and undefined is returned. @throws Failure */
export async function createObject(
  object: KubernetesObject,
  { namespace }: ApplyInputs,
  ports: ApplyPorts,
  note?: string
): Promise<KubernetesObject | undefined> {
  try {
    const created = await ports.cluster.create(object, namespace)
    if (created !== undefined) tell(created, undefined, [note], ports)
    return created?.object
  } catch (error) {
    throw ports.toFailure(error, { verb: 'create', object: objectId(object), namespace })
  }
}

function tell(
  { object, warnings }: Applied,
  before: KubernetesObject | undefined,
  notes: (string | undefined)[],
  ports: ApplyPorts
): void {
  const id = objectId(object)
  const change = changeOf(before, object)
  const note = [...notes, before && ownershipNote(before, object)].filter((each) => each !== undefined).join('; ')
  ports.log(`${id} ${change}${note === '' ? '' : ` (${note})`}`)
  for (const warning of warnings) ports.log(`  the API server warns: ${harmlessLine(warning)}`)
  ports.applied({ id, change, ...(note !== '' && { note }) })
}
