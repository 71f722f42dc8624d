import { Failure } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { adoptionNote, changeOf, ownershipNote } from './content.ts'
import { takenNote } from './disputes.ts'
import { immutableFailure } from './immutable.ts'
import { migratedManagedFields } from './migration.ts'
import type { Applied, ApplyInputs, ApplyPorts } from './ports.ts'
import { type WriteOptions, type Written, write } from './write.ts'

export interface ApplyOptions {
  /** Leaves what `kubectl apply` owns there, for an object that was not rendered and so does not say all. */
  keepOwners?: boolean
  /** Why the object changes, for the report. */
  note?: (before: KubernetesObject) => string | undefined
  /** Why the stored object must not be written at all; nothing is asked about it then. */
  refuse?: ((before: KubernetesObject) => Failure | undefined) | undefined
}

/** An object that the server would take, as it answered to a dry run. */
export interface AcceptedObject {
  /** What was sent. */
  document: ManifestDocument
  before: KubernetesObject | undefined
  applied: Applied
  /** Why it changes, and from whom it would be taken. */
  notes: (string | undefined)[]
  options: ApplyOptions
}

/** An object that the server would not take, or that could not be asked about. */
export interface RefusedObject {
  object: KubernetesObject
  /** As it is stored, if that is known. */
  before: KubernetesObject | undefined
  failure: Failure
}

/** How often an object that others write meanwhile is read again. */
const rounds = 5

/** Reads the stored object and asks the server what it would make of the document; nothing is written. */
export async function tryDocument(
  document: ManifestDocument,
  inputs: ApplyInputs,
  ports: ApplyPorts,
  options: ApplyOptions = {}
): Promise<AcceptedObject | RefusedObject> {
  const { object } = document
  let before: KubernetesObject | undefined
  try {
    before = await ports.cluster.read(object, inputs.namespace)
    const refusal = before && options.refuse?.(before)
    if (refusal !== undefined) throw refusal
    const { applied, taken } = await send(document, before, inputs, ports, { ...options, dryRun: true })
    const notes = before && [options.note?.(before), takenNote(taken, true), adoptionNote(before, true)]
    return { document, before, applied, notes: notes ?? [], options }
  } catch (error) {
    return refusedObject(error, object, before, inputs, ports)
  }
}

/**
 * Writes what was accepted, if it differs from what is stored, and tells what that changed.
 * @param document what to write where that differs from what was tried
 * @throws Failure
 */
export async function writeAccepted(
  accepted: AcceptedObject,
  inputs: ApplyInputs,
  ports: ApplyPorts,
  document: ManifestDocument = accepted.document
): Promise<KubernetesObject> {
  const { before, options } = accepted
  if (document.source === accepted.document.source && !differs(accepted)) {
    tell(accepted.applied, document.object, before, [], false, ports)
    return accepted.applied.object
  }
  try {
    const { applied, taken } = await send(document, before, inputs, ports, { ...options, dryRun: false })
    const notes = before && [options.note?.(before), takenNote(taken), adoptionNote(before)]
    tell(applied, document.object, before, notes ?? [], false, ports)
    return applied.object
  } catch (error) {
    const refused = refusedObject(error, document.object, before, inputs, ports)
    ports.refused(refused.object, refused.failure, before)
    throw refused.failure
  }
}

/** Whether a write would change something: content, ownership, or what `kubectl apply` left to migrate. */
export function differs({ before, applied, options }: AcceptedObject): boolean {
  if (before === undefined || changeOf(before, applied.object) !== 'unchanged') return true
  return options.keepOwners !== true && migratedManagedFields(before) !== undefined
}

/**
 * Sends a document until it meets an object that nobody else writes meanwhile.
 * @param before the stored object as it was read last
 */
async function send(
  document: ManifestDocument,
  before: KubernetesObject | undefined,
  inputs: ApplyInputs,
  { cluster }: ApplyPorts,
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
  }
  throw unsteady(document.object, namespace)
}

function refusedObject(
  error: unknown,
  object: KubernetesObject,
  before: KubernetesObject | undefined,
  { namespace }: ApplyInputs,
  ports: ApplyPorts
): RefusedObject {
  const general = ports.toFailure(error, { verb: 'apply', object: objectId(object), namespace })
  const failure =
    before !== undefined && general.code === 'immutable-field'
      ? immutableFailure(general, before, object, namespace)
      : general
  return { object, before, failure }
}

function unsteady(object: KubernetesObject, namespace: string): Failure {
  return new Failure(
    'field-conflict',
    `cannot apply ${objectId(object)} in namespace ${namespace}: another client changed it each of ${rounds} times`,
    `see who writes it, stop that, and run again: \`kubectl --namespace ${namespace} get ` +
      `${object.kind.toLowerCase()}/${object.metadata.name} --show-managed-fields --output=yaml\``
  )
}

/**
 * Asks the server whether it would create an object, and creates nothing.
 * @returns undefined if there is one already, which stays as it is
 */
export async function tryCreate(
  object: KubernetesObject,
  { namespace }: ApplyInputs,
  ports: ApplyPorts
): Promise<AcceptedObject | RefusedObject | undefined> {
  try {
    const applied = await ports.cluster.create(object, namespace, { dryRun: true })
    const document = { object, source: JSON.stringify(object) }
    return applied && { document, before: undefined, applied, notes: [], options: {} }
  } catch (error) {
    const failure = ports.toFailure(error, { verb: 'create', object: objectId(object), namespace })
    return { object, before: undefined, failure }
  }
}

/** Creates one object; the stored one stays as it is if there is one, and undefined is returned. @throws Failure */
export async function createObject(
  object: KubernetesObject,
  { namespace }: ApplyInputs,
  ports: ApplyPorts,
  note?: string
): Promise<KubernetesObject | undefined> {
  try {
    const created = await ports.cluster.create(object, namespace, { dryRun: false })
    if (created !== undefined) tell(created, object, undefined, [note], false, ports)
    return created?.object
  } catch (error) {
    const failure = ports.toFailure(error, { verb: 'create', object: objectId(object), namespace })
    ports.refused(object, failure)
    throw failure
  }
}

/** Tells what an accepted object would come to, for a plan. */
export function tellTried({ document, before, applied, notes }: AcceptedObject, ports: ApplyPorts): void {
  tell(applied, document.object, before, notes, true, ports)
}

function tell(
  { object, warnings }: Applied,
  wanted: KubernetesObject,
  before: KubernetesObject | undefined,
  notes: (string | undefined)[],
  isTried: boolean,
  ports: ApplyPorts
): void {
  const id = objectId(object)
  const change = changeOf(before, object)
  const warned = warnings.map((warning) => `the API server warns: ${harmlessLine(warning)}`)
  const told = [...notes, before && ownershipNote(before, object), ...(isTried ? warned : [])]
  const note = told.filter((each) => each !== undefined).join('; ')
  // What was only tried is told by the plan.
  const lines = isTried
    ? []
    : [`${id} ${change}${note === '' ? '' : ` (${note})`}`, ...warned.map((line) => `  ${line}`)]
  for (const line of lines) ports.log(line)
  ports.applied({ id, change, ...(note !== '' && { note }) }, { wanted, before, after: object })
}
