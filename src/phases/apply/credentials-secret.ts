import { credentialField, credentialsObject } from '../../core/credentials.ts'
import type { Failure } from '../../core/failure.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import {
  type AcceptedObject,
  type ApplyOptions,
  createObject,
  type RefusedObject,
  tryCreate,
  tryDocument,
  writeAccepted
} from './apply-object.ts'
import { credentialsFor, credentialsSecret } from './credentials.ts'
import type { ApplyDeps, ApplyInputs } from './deps.ts'
import { generatedPassword } from './generated-password.ts'

/** The source of the Secret with the credentials: written from the input, kept as stored, or generated. */
export interface AcceptedSecret extends AcceptedObject {
  by: 'input' | 'keep' | 'create'
}

const [generated, kept] = ['password generated', 'password kept']
const id = objectId(credentialsObject)

/**
 * Determines the Secret with the credentials: it is written from the input, else kept as stored, else created with a
 * password that is generated once. Nothing is written.
 * @param refuse returns why the stored Secret must not be touched
 */
export async function tryCredentials(
  inputs: ApplyInputs,
  deps: ApplyDeps,
  refuse: ApplyOptions['refuse']
): Promise<AcceptedSecret | RefusedObject> {
  const { namespace, redisPassword } = inputs
  if (redisPassword !== undefined) {
    deps.secret(redisPassword)
    const object = credentialsSecret(credentialsFor(redisPassword, namespace))
    const document = { object, source: JSON.stringify(object) }
    return acceptedBy('input', await tryDocument(document, inputs, deps, { keepOwners: true, refuse }))
  }
  const stored = await tryStored(inputs, deps, refuse)
  if (stored !== undefined) return stored
  const password = generatedPassword()
  deps.secret(password)
  const made = await tryCreate(credentialsSecret(credentialsFor(password, namespace)), inputs, deps)
  if (made !== undefined) return acceptedBy('create', 'failure' in made ? made : { ...made, options: { refuse } })
  return (await tryStored(inputs, deps, refuse)) ?? gone(inputs, deps)
}

/** Writes the accepted Secret. @throws Failure */
export async function writeCredentials(
  accepted: AcceptedSecret,
  inputs: ApplyInputs,
  deps: ApplyDeps
): Promise<KubernetesObject> {
  const { document, options } = accepted
  if (accepted.by === 'input') return writeAccepted(accepted, inputs, deps)
  if (accepted.by === 'keep') {
    reportKept(accepted.applied.object, deps)
    return accepted.applied.object
  }
  // A create, not an apply: of two concurrent first runs, one creates the password and the other keeps it.
  const made = await createObject(document.object, inputs, deps, generated)
  return made ?? (await madeByAnother(document.object, inputs, deps, options.refuse))
}

function acceptedBy(how: AcceptedSecret['by'], tried: AcceptedObject | RefusedObject): AcceptedSecret | RefusedObject {
  if ('failure' in tried) return tried
  return { ...tried, by: how, notes: how === 'create' ? [generated] : tried.notes }
}

/** The stored Secret that would be kept; undefined if it does not exist. */
async function tryStored(
  { namespace }: ApplyInputs,
  deps: ApplyDeps,
  refuse: ApplyOptions['refuse']
): Promise<AcceptedSecret | RefusedObject | undefined> {
  try {
    const stored = await deps.cluster.read(credentialsObject, namespace)
    if (stored === undefined) return undefined
    const failure = refuse?.(stored)
    return failure === undefined ? keep(stored) : { object: credentialsObject, before: stored, failure }
  } catch (error) {
    return { object: credentialsObject, before: undefined, failure: unreadableSecretFailure(error, namespace, deps) }
  }
}

function keep(stored: KubernetesObject): AcceptedSecret {
  const document = { object: credentialsObject, source: JSON.stringify(credentialsObject) }
  const applied = { object: stored, created: false, warnings: [] }
  return { by: 'keep', document, before: stored, applied, notes: [kept], options: {} }
}

/** The Secret that existed when ours was to be created. @throws Failure */
async function madeByAnother(
  wanted: KubernetesObject,
  { namespace }: ApplyInputs,
  deps: ApplyDeps,
  refuse: ApplyOptions['refuse']
): Promise<KubernetesObject> {
  try {
    const stored = await deps.cluster.read(credentialsObject, namespace)
    if (stored === undefined) throw new Error('another client deleted it in the meantime')
    const refusal = refuse?.(stored)
    if (refusal !== undefined) throw refusal
    const change = credentialField(stored, 'password') === credentialField(wanted, 'password') ? 'created' : 'unchanged'
    // This run created it by a request whose response was lost.
    if (change === 'created') {
      deps.log(`${id} created (${generated})`)
      deps.applied({ id, change, note: generated }, { wanted: credentialsObject, before: undefined, after: stored })
    } else {
      reportKept(stored, deps)
    }
    return stored
  } catch (error) {
    throw unreadableSecretFailure(error, namespace, deps)
  }
}

function reportKept(stored: KubernetesObject, deps: ApplyDeps): void {
  deps.log(`${id} unchanged (its password is kept)`)
  deps.applied({ id, change: 'unchanged', note: kept }, { wanted: credentialsObject, before: stored, after: stored })
}

function gone({ namespace }: ApplyInputs, deps: ApplyDeps): RefusedObject {
  const failure = unreadableSecretFailure(new Error('another client deleted it in the meantime'), namespace, deps)
  return { object: credentialsObject, before: undefined, failure }
}

function unreadableSecretFailure(error: unknown, namespace: string, deps: ApplyDeps): Failure {
  return deps.toFailure(error, { verb: 'read', object: id, namespace })
}
