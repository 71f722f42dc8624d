import { isGeneral } from '../../core/failure.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import type { AcceptedObject, RefusedObject } from './apply-object.ts'

/**
 * Whether a refusal says nothing about the deployment, because the server lacks what this run brings before the object:
 * its namespace, its kind, the role that it binds, room in a quota. The object is tried again once that is written.
 * @param foundations what the run would make or change first
 * @param isUnknownKind whether an error only means that the cluster has no such kind
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
    // One that is there, and on its way out, is not made.
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
  // A field that is wrong has another status, a right that is missing another code.
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
