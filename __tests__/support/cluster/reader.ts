import { type Identity, identityOf } from './identity.ts'
import type { TestNamespace } from './namespace.ts'

export const readerAccount = 'redis-cache-reader'

/** An identity of the namespace that has only manifests/rbac-reader. */
export type Reader = Identity

export async function readerOf(namespace: TestNamespace): Promise<Reader> {
  return identityOf(namespace, 'rbac-reader', readerAccount)
}
