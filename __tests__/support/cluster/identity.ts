import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root } from '../root.ts'
import { kubectl, kubectlWithInput } from './kubectl.ts'
import { kubeconfigFor, type TestNamespace } from './namespace.ts'

/** An identity in a namespace with its own Role. */
export interface Identity {
  /** The name of the namespace. */
  readonly name: string
  /** Path of a kubeconfig with a token of its service account; deleted with the namespace. */
  readonly kubeconfig: string
}

/** Creates the identity in a folder of manifests, for this namespace. */
export async function identityOf(namespace: TestNamespace, folder: string, account: string): Promise<Identity> {
  const rbac = await kubectl('kustomize', join(root, 'manifests', folder))
  await kubectlWithInput(rbac.replaceAll('hospital-erp-system', namespace.name), 'apply', '-f', '-')
  return identityFor(namespace, account)
}

/** An existing service account. */
export async function identityFor({ name, kubeconfig }: TestNamespace, account: string): Promise<Identity> {
  const own = join(dirname(kubeconfig), account)
  await writeFile(own, await kubeconfigFor(name, account), { mode: 0o600 })
  return { name, kubeconfig: own }
}
