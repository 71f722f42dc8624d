import { Failure } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { adoptionNote, changeOf, ownershipNote } from './content.ts'
import { type Dispute, takenNote } from './disputes.ts'
import { immutableFailure } from './immutable.ts'
import type { Applied, ApplyInputs, ApplyPorts } from './ports.ts'
import { type WriteOptions, write } from './write.ts'

interface ApplyOptions extends WriteOptions {
  /** Why the object changes, for the report. */
  note?: (before: KubernetesObject) => string | undefined
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
      const written = await write(document, stored, inputs, ports.cluster, options)
      taken.push(...written.taken)
      if (written.applied !== undefined) {
        const notes = before && [
          options.note?.(before),
          takenNote(taken, inputs.dryRun),
          adoptionNote(before, inputs.dryRun)
        ]
        if (inputs.dryRun || !options.dryRun) tell(written.applied, object, before, notes ?? [], inputs, ports)
        return written.applied.object
      }
      stored = await ports.cluster.read(object, namespace)
    }
    throw unsteady(object, namespace)
  } catch (error) {
    const general = ports.toFailure(error, { verb: 'apply', object: objectId(object), namespace })
    const failure =
      before !== undefined && general.code === 'immutable-field'
        ? immutableFailure(general, before, object, namespace)
        : general
    ports.refused(object, failure, before)
    throw failure
  }
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
  { namespace, dryRun }: ApplyInputs,
  ports: ApplyPorts,
  note?: string
): Promise<KubernetesObject | undefined> {
  try {
    const created = await ports.cluster.create(object, namespace, { dryRun })
    if (created !== undefined) tell(created, object, undefined, [note], { dryRun }, ports)
    return created?.object
  } catch (error) {
    const failure = ports.toFailure(error, { verb: 'create', object: objectId(object), namespace })
    ports.refused(object, failure)
    throw failure
  }
}

function tell(
  { object, warnings }: Applied,
  wanted: KubernetesObject,
  before: KubernetesObject | undefined,
  notes: (string | undefined)[],
  { dryRun }: Pick<ApplyInputs, 'dryRun'>,
  ports: ApplyPorts
): void {
  const id = objectId(object)
  const change = changeOf(before, object)
  const warned = warnings.map((warning) => `the API server warns: ${harmlessLine(warning)}`)
  const told = [...notes, before && ownershipNote(before, object), ...(dryRun ? warned : [])]
  const note = told.filter((each) => each !== undefined).join('; ')
  // What was only tried is told by the plan.
  const lines = dryRun
    ? []
    : [`${id} ${change}${note === '' ? '' : ` (${note})`}`, ...warned.map((line) => `  ${line}`)]
  for (const line of lines) ports.log(line)
  ports.applied({ id, change, ...(note !== '' && { note }) }, { wanted, before, after: object })
}
