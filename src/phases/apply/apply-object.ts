import type { Applied } from '../../clients/kubernetes/cluster.ts'
import { Failure } from '../../core/failure.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { type ManifestDocument, withResourceVersion } from '../../core/manifest.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { conflictFailure, takeoverNote, type ValueConflict, valueConflictsOf } from './conflicts.ts'
import { adoptionNote, changeOf, ownershipNote } from './content.ts'
import type { ApplyDeps, ApplyInputs } from './deps.ts'
import { foreignFieldsFailure } from './foreign-fields.ts'
import { foreignItemFailure } from './foreign-item.ts'
import { immutableFailure } from './immutable-field.ts'
import { migratedManagedFields, withoutKubectlFields } from './kubectl-migration.ts'

export interface ApplyOptions {
  /** Keeps what `kubectl apply` owns, for an object that is not rendered and thus incomplete. */
  keepOwners?: boolean
  /** Why the object changes, for the report. */
  note?: (before: KubernetesObject) => string | undefined
  /** Why the stored object must not be written at all; no request is made for it then. */
  refuse?: ((before: KubernetesObject) => Failure | undefined) | undefined
}

/** An object that the server accepted in a dry run. */
export interface AcceptedObject {
  /** The document that was sent. */
  document: ManifestDocument
  before: KubernetesObject | undefined
  applied: Applied
  /** Why it changes, and from which managers it would be taken over. */
  notes: (string | undefined)[]
  options: ApplyOptions
}

/** An object that the server refused, or that could not be requested. */
export interface RefusedObject {
  object: KubernetesObject
  /** The stored object, if known. */
  before: KubernetesObject | undefined
  failure: Failure
}

/** How often an object that others write meanwhile is read again. */
const rounds = 5

/** Reads the stored object and tries the document in a dry run; nothing is written. */
export async function tryDocument(
  document: ManifestDocument,
  inputs: ApplyInputs,
  deps: ApplyDeps,
  options: ApplyOptions = {}
): Promise<AcceptedObject | RefusedObject> {
  const { object } = document
  let before: KubernetesObject | undefined
  try {
    before = await deps.cluster.read(object, inputs.namespace)
    const refusal = before && options.refuse?.(before)
    if (refusal !== undefined) throw refusal
    const { applied, taken } = await send(document, before, inputs, deps, { ...options, dryRun: true })
    const foreign =
      before && !options.keepOwners && foreignFieldsFailure(object, before, applied.object, inputs.namespace)
    if (foreign) throw foreign
    const notes = before && [options.note?.(before), takeoverNote(taken, true), adoptionNote(before, true)]
    return { document, before, applied, notes: notes ?? [], options }
  } catch (error) {
    return refusedObject(error, object, before, inputs, deps)
  }
}

/**
 * Writes an accepted document if it differs from what is stored, and reports the change.
 * @param document the document to write if it differs from the one that was tried
 * @throws Failure
 */
export async function writeAccepted(
  accepted: AcceptedObject,
  inputs: ApplyInputs,
  deps: ApplyDeps,
  document: ManifestDocument = accepted.document
): Promise<KubernetesObject> {
  const { before, options } = accepted
  if (document.source === accepted.document.source && !differs(accepted)) {
    report(accepted.applied, document.object, before, [], deps)
    return accepted.applied.object
  }
  try {
    const { applied, taken } = await send(document, before, inputs, deps, { ...options, dryRun: false })
    const notes = before && [options.note?.(before), takeoverNote(taken), adoptionNote(before)]
    report(applied, document.object, before, notes ?? [], deps)
    return applied.object
  } catch (error) {
    throw refusedObject(error, document.object, before, inputs, deps).failure
  }
}

/** Whether a write would change something: content, ownership, or a pending migration from `kubectl apply`. */
export function differs({ before, applied, options }: AcceptedObject): boolean {
  if (before === undefined || changeOf(before, applied.object) !== 'unchanged') return true
  return options.keepOwners !== true && migratedManagedFields(before) !== undefined
}

/**
 * Sends a document until no other client writes the object meanwhile.
 * @param before the stored object as last read
 */
async function send(
  document: ManifestDocument,
  before: KubernetesObject | undefined,
  inputs: ApplyInputs,
  { cluster }: ApplyDeps,
  options: WriteOptions
): Promise<Required<Written>> {
  const { namespace } = inputs
  const taken: Written['taken'] = []
  let stored = before
  for (let round = 1; round <= rounds; round++) {
    const written = await write(document, stored, inputs, cluster, options)
    taken.push(...written.taken)
    if (written.applied !== undefined) return { applied: written.applied, taken }
    stored = await cluster.read(document.object, namespace)
    const refusal = stored && options.refuse?.(stored)
    if (refusal !== undefined) throw refusal
  }
  throw unsteadyFailure(document.object, namespace)
}

function refusedObject(
  error: unknown,
  object: KubernetesObject,
  before: KubernetesObject | undefined,
  { namespace }: ApplyInputs,
  deps: ApplyDeps
): RefusedObject {
  const general = deps.toFailure(error, { verb: 'apply', object: objectId(object), namespace })
  return { object, before, failure: before === undefined ? general : explained(general, before, object, namespace) }
}

function explained(failure: Failure, before: KubernetesObject, object: KubernetesObject, namespace: string): Failure {
  if (failure.code === 'immutable-field') return immutableFailure(failure, before, object, namespace)
  return failure.code === 'invalid-manifest' ? foreignItemFailure(failure, before, object, namespace) : failure
}

function unsteadyFailure(object: KubernetesObject, namespace: string): Failure {
  return new Failure(
    'field-conflict',
    `cannot apply ${objectId(object)} in namespace ${namespace}: another client changed it ${rounds} times in a row`,
    `find out what writes it, stop that, and run again: \`kubectl --namespace ${namespace} get ` +
      `${object.kind.toLowerCase()}/${object.metadata.name} --show-managed-fields --output=yaml\``
  )
}

/**
 * Tries the creation of an object, and creates nothing.
 * @returns undefined if it exists already; it is not changed
 */
export async function tryCreate(
  object: KubernetesObject,
  { namespace }: ApplyInputs,
  deps: ApplyDeps
): Promise<AcceptedObject | RefusedObject | undefined> {
  try {
    const applied = await deps.cluster.create(object, namespace, { dryRun: true })
    const document = { object, source: JSON.stringify(object) }
    return applied && { document, before: undefined, applied, notes: [], options: {} }
  } catch (error) {
    const failure = deps.toFailure(error, { verb: 'create', object: objectId(object), namespace })
    return { object, before: undefined, failure }
  }
}

/** Creates one object; returns undefined if it exists already, without changing it. @throws Failure */
export async function createObject(
  object: KubernetesObject,
  { namespace }: ApplyInputs,
  deps: ApplyDeps,
  note?: string
): Promise<KubernetesObject | undefined> {
  try {
    const created = await deps.cluster.create(object, namespace, { dryRun: false })
    if (created !== undefined) report(created, object, undefined, [note], deps)
    return created?.object
  } catch (error) {
    throw deps.toFailure(error, { verb: 'create', object: objectId(object), namespace })
  }
}

/** Why an accepted object would change, and what the server remarks on it, for a plan; undefined if nothing is to be said. */
export function triedNote({ before, applied, notes }: AcceptedObject): string | undefined {
  return remarks([...notes, before && ownershipNote(before, applied.object), ...warningsOf(applied)])
}

function report(
  applied: Applied,
  wanted: KubernetesObject,
  before: KubernetesObject | undefined,
  notes: (string | undefined)[],
  deps: ApplyDeps
): void {
  const { object } = applied
  const id = objectId(object)
  const change = changeOf(before, object)
  const note = remarks([...notes, before && ownershipNote(before, object)])
  deps.log(`${id} ${change}${note === undefined ? '' : ` (${note})`}`)
  for (const warning of warningsOf(applied)) deps.log(`  ${warning}`)
  deps.applied({ id, change, ...(note !== undefined && { note }) }, { wanted, before, after: object })
}

function warningsOf({ warnings }: Applied): string[] {
  return warnings.map((warning) => `the API server warns: ${sanitizeLine(warning)}`)
}

function remarks(texts: readonly (string | undefined)[]): string | undefined {
  return texts.filter((text) => text !== undefined).join('; ') || undefined
}

interface WriteOptions extends Pick<ApplyOptions, 'keepOwners' | 'refuse'> {
  /** Only tries the document in a dry run. */
  dryRun: boolean
}

/**
 * The result of one attempt; nothing is applied if another client wrote meanwhile, so that the object must be read
 * again.
 */
interface Written {
  applied?: Applied
  /** The fields whose values were overwritten, even if the attempt was not completed. */
  taken: ValueConflict[]
}

/** Sends a document once; if others own fields of it, the values decide. @throws Failure */
async function write(
  document: ManifestDocument,
  stored: KubernetesObject | undefined,
  inputs: ApplyInputs,
  cluster: ApplyDeps['cluster'],
  options: WriteOptions
): Promise<Written> {
  const { object, source } = document
  const { namespace, forceConflicts } = inputs
  const { dryRun } = options
  let outcome = await cluster.apply(object, source, namespace, { dryRun })
  let taken: ValueConflict[] = []
  if (outcome.kind === 'conflict' && stored !== undefined) {
    // From here on, requests are bound to the version that was compared, and refused for a newer one.
    const pinned = withResourceVersion(document, stored.metadata.resourceVersion)
    const preview = await cluster.apply(object, pinned.source, namespace, { force: true, dryRun: true })
    if (preview.kind !== 'applied') return { taken }
    const conflicts = valueConflictsOf(outcome.conflicts, stored, preview.applied.object)
    if (conflicts.length > 0 && !forceConflicts) throw conflictFailure(object, namespace, conflicts)
    outcome = dryRun ? preview : await cluster.apply(object, pinned.source, namespace, { force: true })
    if (outcome.kind === 'applied') taken = conflicts
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

/** The expected result of the apply after the migration, as far as a server can tell without migrating. */
async function afterMigration(applied: Applied, namespace: string, cluster: ApplyDeps['cluster']): Promise<Applied> {
  const { object } = applied
  const outcome = await cluster.preview(object, withoutKubectlFields(object), namespace)
  if (outcome.kind !== 'applied') return applied
  const preview = outcome.applied.object
  // The ownership is then that of the apply.
  const { managedFields } = object.metadata
  return { ...applied, object: { ...preview, metadata: { ...preview.metadata, managedFields } } }
}
