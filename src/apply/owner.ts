import { credentialFields, credentialsObject } from '../credentials.ts'
import { Failure } from '../failure.ts'
import { at, type KubernetesObject, listAt, objectId, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'

/** How the External Secrets Operator calls itself as owner of fields, before the name of the ExternalSecret. */
const managerPrefix = 'externalsecrets.external-secrets.io/'
const managedLabel = 'reconcile.external-secrets.io/managed'

/**
 * What the credentials belong to, in words, where the External Secrets Operator writes them: `ExternalSecret/NAME`.
 * @returns undefined if the Secret is nobody's, or if the operator only adds keys that are none of the credentials
 */
export function externalOwner(secret: KubernetesObject): string | undefined {
  const owner = listAt(secret, 'metadata', 'ownerReferences').find(
    (each) =>
      at(each, 'kind') === 'ExternalSecret' && textAt(each, 'apiVersion')?.startsWith('external-secrets.io/') === true
  )
  if (owner !== undefined) return `ExternalSecret/${harmlessLine(textAt(owner, 'name') ?? '')}`
  const entries = listAt(secret, 'metadata', 'managedFields')
  const writer = entries.find(
    (entry) =>
      textAt(entry, 'manager')?.startsWith(managerPrefix) === true &&
      credentialFields.some((field) => at(entry, 'fieldsV1', 'f:data', `f:${field}`) !== undefined)
  )
  if (writer !== undefined) {
    return `ExternalSecret/${harmlessLine((textAt(writer, 'manager') ?? '').slice(managerPrefix.length))}`
  }
  // Whoever may not see the owners of fields still sees the label.
  const isManaged = entries.length === 0 && secret.metadata.labels?.[managedLabel] === 'true'
  return isManaged ? 'the External Secrets Operator' : undefined
}

/**
 * Why a self-hosted Redis must not be deployed beside the stored Secret, neither with its password nor by force: it is
 * that of an environment whose cache stands elsewhere.
 * @returns undefined if there is no reason
 */
export function foreignSecretFailure(secret: KubernetesObject, namespace: string): Failure | undefined {
  const owner = externalOwner(secret)
  if (owner === undefined) return undefined
  // No conflict about a field: whatever the values are, and whoever is forced, the cache of somebody else would go.
  return new Failure(
    'secret-field',
    `namespace ${namespace} belongs to another environment: ${objectId(credentialsObject)} is owned by ${owner}, ` +
      'and this environment has a Redis of its own',
    'give this environment a namespace of its own, `namespace: …`, or choose the `environment` that namespace ' +
      `${namespace} belongs to`
  )
}
