import { credentialFields, credentialsObject } from '../../core/credentials.ts'
import { Failure } from '../../core/failure.ts'
import { at, type KubernetesObject, listAt, objectId, textAt } from '../../core/kubernetes/object.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

const operator = 'the External Secrets Operator'
const managedLabel = 'reconcile.external-secrets.io/managed'

/**
 * The owner of the credentials in words, if the External Secrets Operator writes them: `ExternalSecret/NAME`.
 * @returns undefined if the Secret has no owner, or if the operator only adds keys other than the credentials
 */
export function externalOwner(secret: KubernetesObject): string | undefined {
  const owner = listAt(secret, 'metadata', 'ownerReferences').find(
    (each) =>
      at(each, 'kind') === 'ExternalSecret' && textAt(each, 'apiVersion')?.startsWith('external-secrets.io/') === true
  )
  if (owner !== undefined) return externalSecretNamed(textAt(owner, 'name'))
  const entries = listAt(secret, 'metadata', 'managedFields')
  const writer = entries.find((entry) => isOperator(entry) && writesCredentials(entry))
  if (writer !== undefined) return externalSecretNamed(textAt(writer, 'manager')?.split('/')[1])
  // If nobody is recorded as the owner of fields, only the label reveals it.
  return entries.length === 0 && secret.metadata.labels?.[managedLabel] === 'true' ? operator : undefined
}

/** Its field manager is `externalsecrets.external-secrets.io/NAME`. */
function isOperator(entry: unknown): boolean {
  return /^external-?secrets\b/.test(textAt(entry, 'manager') ?? '')
}

function writesCredentials(entry: unknown): boolean {
  return credentialFields.some((field) => at(entry, 'fieldsV1', 'f:data', `f:${field}`) !== undefined)
}

function externalSecretNamed(name: string | undefined): string {
  return name ? `ExternalSecret/${sanitizeLine(name)}` : operator
}

/**
 * Why a self-hosted Redis must not be deployed beside the stored Secret, neither with its password nor by force: the
 * Secret belongs to an environment whose cache is elsewhere.
 * @returns undefined if there is no reason
 */
export function foreignSecretFailure(secret: KubernetesObject, namespace: string): Failure | undefined {
  const owner = externalOwner(secret)
  if (owner === undefined) return undefined
  // Not field-conflict, which is about values and can be forced: nothing may be written here, whatever the values are.
  return new Failure(
    'secret-field',
    `namespace ${namespace} belongs to another environment: ${objectId(credentialsObject)} is owned by ${owner}, ` +
      'and this environment has its own Redis',
    'give this environment its own namespace, `namespace: …`, or choose the `environment` that namespace ' +
      `${namespace} belongs to`
  )
}
