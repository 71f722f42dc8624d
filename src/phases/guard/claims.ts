import { claimNames } from '../../core/kubernetes/claims.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import type { ClaimDeps } from './deps.ts'

/** A claim of redis-0, and its object, if it exists. */
export interface StoredClaim {
  name: string
  object: KubernetesObject | undefined
}

/**
 * The claims of the deployed Redis, one request each. Those that must not be read are left out and reported.
 * @param statefulSet the stored one
 * @throws Failure
 */
export async function readClaims(
  statefulSet: KubernetesObject,
  namespace: string,
  deps: ClaimDeps
): Promise<StoredClaim[]> {
  const found = await Promise.all(claimNames(statefulSet).map((name) => readClaim(name, namespace, deps)))
  return found.filter((claim) => claim !== undefined)
}

async function readClaim(
  name: string,
  namespace: string,
  { cluster, toFailure, grantFor, note }: ClaimDeps
): Promise<StoredClaim | undefined> {
  const wanted: KubernetesObject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name } }
  try {
    return { name, object: await cluster.read(wanted, namespace) }
  } catch (error) {
    const grant = grantFor(error)
    if (grant === undefined) throw toFailure(error, { verb: 'read', object: objectId(wanted), namespace })
    note(`Whether ${objectId(wanted)} is being deleted was not checked: ${grant}`)
    return undefined
  }
}
