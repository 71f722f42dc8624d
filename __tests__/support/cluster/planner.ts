import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAllDocuments, stringify } from 'yaml'
import { root } from '../root.ts'
import { type Identity, identityFor } from './identity.ts'
import { kubectl, kubectlWithInput } from './kubectl.ts'
import type { TestNamespace } from './namespace.ts'

export const plannerAccount = 'redis-cache-planner'

/** An identity of the namespace that has only manifests/rbac-planner, until it is disposed of. */
export type Planner = Identity & AsyncDisposable

interface Document {
  kind: string
  metadata: { name: string }
  spec?: { policyName?: string }
}

export async function plannerOf(namespace: TestNamespace): Promise<Planner> {
  const rendered = await kubectl('kustomize', join(root, 'manifests', 'rbac-planner'))
  const own = rendered.replaceAll('hospital-erp-system', namespace.name)
  const documents = parseAllDocuments(own).map((document) => document.toJS() as Document)
  // The policy is cluster-wide, and other tests may run concurrently.
  const policy = `${plannerAccount}-${namespace.name}`
  for (const { kind, metadata, spec } of documents) {
    if (!kind.startsWith('ValidatingAdmissionPolicy')) continue
    metadata.name = policy
    if (spec?.policyName !== undefined) spec.policyName = policy
  }
  await kubectlWithInput(documents.map((document) => stringify(document)).join('---\n'), 'apply', '-f', '-')
  const identity = await identityFor(namespace, plannerAccount)
  await untilInForce(namespace)
  return {
    ...identity,
    async [Symbol.asyncDispose]() {
      const kinds = 'validatingadmissionpolicies,validatingadmissionpolicybindings'
      await kubectl('delete', kinds, policy)
    }
  }
}

/**
 * A policy takes effect a moment after it is stored; until then the planner may write. An identity of another namespace
 * checks that, so that the planner's own requests are only those of the tests.
 */
async function untilInForce(namespace: TestNamespace): Promise<void> {
  const other = [`--as=system:serviceaccount:nowhere:${plannerAccount}`, '--as-group=system:masters']
  const create = ['create', 'secret', 'generic', 'planner-wrote-this', ...other]
  for (let attempt = 1; attempt <= 60; attempt++) {
    const said = await namespace.kubectl(...create).catch(String)
    if (said.includes('may only try what it writes')) return
    if (said.includes('created')) await namespace.kubectl('delete', 'secret', 'planner-wrote-this')
    await sleep(500)
  }
  throw new Error(`the policy for ${plannerAccount} is not in force`)
}
