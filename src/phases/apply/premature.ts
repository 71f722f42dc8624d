import { isGeneral } from '../../core/failure.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import type { AcceptedObject, RefusedObject } from './apply-object.ts'

/**
 * Whether a refusal is inconclusive, because the server lacks a prerequisite that this run creates first: the
 * namespace, the kind, the bound role, room in a quota. The object is tried again after that is written.
 * @param foundations the prerequisites that the run would create or change first
 * @param isUnknownKind whether an error only means that the cluster does not serve the kind
 */
export function isPremature(
  { object, failure }: RefusedObject,
  foundations: readonly AcceptedObject[],
  namespace: string,
  isUnknownKind: (error: unknown) => boolean
): boolean {
  if (isGeneral(failure)) return false
  const brought = foundations.map(({ document, before }) => ({ ...document, before }))
  const brings = (kind: string, name?: string) =>
    brought.some((each) => each.object.kind === kind && (name === undefined || each.object.metadata.name === name))
  if (failure.code === 'namespace-missing') {
    // A namespace that exists and is being deleted is not created.
    return brought.some(
      (each) => each.object.kind === 'Namespace' && each.object.metadata.name === namespace && each.before === undefined
    )
  }
  if (isUnknownKind(failure.cause)) {
    const [group] = object.apiVersion.split('/')
    return brought.some(
      (each) =>
        each.object.kind === 'CustomResourceDefinition' &&
        at(each.object, 'spec', 'group') === group &&
        at(each.object, 'spec', 'names', 'kind') === object.kind
    )
  }
  if (failure.code === 'quota-exceeded') return brings('ResourceQuota')
  const status = at(failure.cause, 'status')
  const isUnbindable = status === 404 || failure.code === 'forbidden'
  // An invalid field has another status, a missing permission another code.
  const isUnadmitted = status === 403 && failure.code !== 'forbidden'
  switch (object.kind) {
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return isUnbindable && brings(textAt(object, 'roleRef', 'kind') ?? '', textAt(object, 'roleRef', 'name'))
    case 'PersistentVolumeClaim':
      return isUnadmitted && brings('LimitRange')
    case 'Pod':
      return isUnadmitted && ['LimitRange', 'ServiceAccount', 'PriorityClass'].some((kind) => brings(kind))
    default:
      return false
  }
}
