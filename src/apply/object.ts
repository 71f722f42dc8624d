import type { Failure } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import type { Change, ObjectResult } from '../result.ts'
import { harmlessLine } from '../untrusted-text.ts'

interface Applied {
  object: KubernetesObject
  created: boolean
  warnings: string[]
}

export interface ApplyPorts {
  cluster: {
    read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined>
    apply(wanted: KubernetesObject, document: string, namespace: string, force: boolean): Promise<Applied>
    /** Undefined if another client created the object first. */
    create(object: KubernetesObject, namespace: string): Promise<Applied | undefined>
  }
  /** Turns what the cluster threw into a failure that names the object. */
  toFailure(error: unknown, attempt: { verb: string; object: string; namespace: string }): Failure
  /** Told of a secret before anything else is done with it. */
  secret(value: string): void
  log(line: string): void
  /** Told of each object as soon as its fate is known. */
  applied(result: ObjectResult): void
}

export interface ApplyInputs {
  namespace: string
  createNamespace: boolean
  redisPassword: string | undefined
  forceConflicts: boolean
}

/** What depends on the object as it was stored before. */
interface ApplyOptions {
  /** Why the object changes, for the report. */
  note?: (before: KubernetesObject) => string | undefined
  /** Whether fields may be taken over although the input does not say so. */
  force?: (before: KubernetesObject) => boolean
}

/** Applies one document and tells what that changed. @throws Failure */
export async function applyDocument(
  { object, source }: ManifestDocument,
  { namespace, forceConflicts }: ApplyInputs,
  ports: ApplyPorts,
  options: ApplyOptions = {}
): Promise<KubernetesObject> {
  try {
    const before = await ports.cluster.read(object, namespace)
    const force = forceConflicts || (before !== undefined && options.force?.(before) === true)
    const applied = await ports.cluster.apply(object, source, namespace, force)
    tell(applied, before, before && options.note?.(before), ports)
    return applied.object
  } catch (error) {
    throw ports.toFailure(error, { verb: 'apply', object: objectId(object), namespace })
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
    const created = await ports.cluster.create(object, namespace)
    if (created !== undefined) tell(created, undefined, note, ports)
    return created?.object
  } catch (error) {
    throw ports.toFailure(error, { verb: 'create', object: objectId(object), namespace })
  }
}

function tell(
  applied: Applied,
  before: KubernetesObject | undefined,
  note: string | undefined,
  ports: ApplyPorts
): void {
  const id = objectId(applied.object)
  const change = changeOf(applied, before)
  ports.log(`${id} ${change}${note === undefined ? '' : ` (${note})`}`)
  for (const warning of applied.warnings) ports.log(`  the API server warns: ${harmlessLine(warning)}`)
  ports.applied({ id, change, ...(note !== undefined && { note }) })
}

/** The API server keeps the resource version of an object that an apply did not change. */
function changeOf({ object, created }: Applied, before: KubernetesObject | undefined): Change {
  if (created) return 'created'
  return before?.metadata.resourceVersion === object.metadata.resourceVersion ? 'unchanged' : 'configured'
}
