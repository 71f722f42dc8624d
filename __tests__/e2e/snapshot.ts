import { type KubernetesObject, objectId } from '../../src/core/kubernetes/object.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'

/**
 * Every object of the namespace with its version and all who wrote it, to see whether anything was written. Kubelet and
 * controllers write as they like, so a difference proves nothing until it is seen each time.
 */
export async function snapshot({ kubectl }: TestNamespace): Promise<string[]> {
  const listed = await kubectl('api-resources', '--verbs=list', '--namespaced', '--output=name')
  // The same events by two names.
  const kinds = listed.split('\n').filter((kind) => kind !== '' && kind !== 'events.events.k8s.io')
  const json = await kubectl('get', kinds.join(','), '--output=json', '--show-managed-fields', '--ignore-not-found')
  const { items } = JSON.parse(json) as { items: KubernetesObject[] }
  return items.map((object) => `${objectId(object)} ${JSON.stringify(object.metadata)}`).sort()
}
