import { randomBytes } from 'node:crypto'
import { credentialField, credentialsObject } from '../credentials.ts'
import type { Failure } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { credentialsFor, credentialsSecret } from './credentials.ts'
import { applyDocument, createObject } from './object.ts'
import type { ApplyInputs, ApplyPorts } from './ports.ts'

/**
 * Sees to the Secret with the credentials: written from the input, else kept as it is stored, else made with a password
 * that is generated once.
 * @param dryRun writes nothing; the result is then undefined if there is no Secret
 * @throws Failure
 */
export async function writeCredentials(
  inputs: ApplyInputs,
  ports: ApplyPorts,
  dryRun: boolean
): Promise<KubernetesObject | undefined> {
  const { namespace, redisPassword } = inputs
  if (redisPassword !== undefined) {
    ports.secret(redisPassword)
    const object = credentialsSecret(credentialsFor(redisPassword, namespace))
    const document = { object, source: JSON.stringify(object) }
    return applyDocument(document, inputs, ports, { dryRun, keepOwners: true })
  }
  const kept = await keepSecret(inputs, ports)
  if (kept !== undefined || (dryRun && !inputs.dryRun)) return kept
  // URL-safe, so that it reads the same in a URL, in a shell and in a configuration file.
  const password = randomBytes(24).toString('base64url')
  ports.secret(password)
  const object = credentialsSecret(credentialsFor(password, namespace))
  // A create and not an apply: of two first runs at once, one makes the password and the other keeps it.
  const made = await createObject(object, inputs, ports, generated)
  return made ?? (await keepSecret(inputs, ports, password)) ?? (await storedSecret(inputs, ports))
}

const generated = 'password generated'

/** The Secret as it is stored. @throws Failure */
async function storedSecret({ namespace }: ApplyInputs, ports: ApplyPorts): Promise<KubernetesObject> {
  try {
    const stored = await ports.cluster.read(credentialsObject, namespace)
    if (stored === undefined) throw new Error('another client deleted it meanwhile')
    return stored
  } catch (error) {
    throw unreadable(error, namespace, ports)
  }
}

/** @param password that this run generated: a Secret that has it was made by it, by a request whose answer was lost */
async function keepSecret(
  inputs: ApplyInputs,
  ports: ApplyPorts,
  password?: string
): Promise<KubernetesObject | undefined> {
  const id = objectId(credentialsObject)
  try {
    const stored = await ports.cluster.read(credentialsObject, inputs.namespace)
    if (stored === undefined) return undefined
    if (password !== undefined && credentialField(stored, 'password') === password) {
      ports.log(`${id} created (${generated})`)
      const result = { id, change: 'created', note: generated } as const
      ports.applied(result, { wanted: credentialsObject, before: undefined, after: stored })
      return stored
    }
    if (!inputs.dryRun) ports.log(`${id} unchanged (its password is kept)`)
    const result = { id, change: 'unchanged', note: 'password kept' } as const
    ports.applied(result, { wanted: credentialsObject, before: stored, after: stored })
    return stored
  } catch (error) {
    throw unreadable(error, inputs.namespace, ports)
  }
}

function unreadable(error: unknown, namespace: string, ports: ApplyPorts): Failure {
  const failure = ports.toFailure(error, { verb: 'read', object: objectId(credentialsObject), namespace })
  ports.refused(credentialsObject, failure)
  return failure
}
