import { describe, expect, test } from '@jest/globals'
import { ApiError } from '../../../../src/clients/kubernetes/errors.ts'
import { Failure, type FailureCode } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import type { AcceptedObject } from '../../../../src/phases/apply/apply-object.ts'
import { isPremature } from '../../../../src/phases/apply/premature.ts'
import { documentOf } from '../../document-of.ts'

const unknownKind = new Error('the cluster has no kind Cache')
const refused = (status: number) => ({ cause: new ApiError(status, 'no') })
const ask = (object: string, code: FailureCode, brought: string[], { cause, before }: Options = {}) =>
  isPremature(
    { object: documentOf(object).object, before: undefined, failure: new Failure(code, 'no', 'do', [], cause) },
    brought.map((text) => accepted(text, before)),
    'clinic',
    (error) => error === unknownKind
  )

interface Options {
  cause?: Error
  /** What is stored of all that is brought. */
  before?: KubernetesObject
}

function accepted(text: string, before?: KubernetesObject): AcceptedObject {
  const document = documentOf(text)
  return { document, before, applied: { object: document.object, created: true, warnings: [] }, notes: [], options: {} }
}

const namespace = '{apiVersion: v1, kind: Namespace, metadata: {name: clinic}}'
const definition =
  '{apiVersion: a/v1, kind: CustomResourceDefinition, metadata: {name: x}, spec: {group: example.com, names: {kind: Cache}}}'
const quota = '{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}}'
const range = '{apiVersion: v1, kind: LimitRange, metadata: {name: limits}}'
const role = '{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: reader}}'
const account = '{apiVersion: v1, kind: ServiceAccount, metadata: {name: redis}}'
const service = '{apiVersion: v1, kind: Service, metadata: {name: redis}}'
const cache = '{apiVersion: example.com/v1, kind: Cache, metadata: {name: redis}}'
const binding = '{apiVersion: b/v1, kind: RoleBinding, metadata: {name: x}, roleRef: {kind: Role, name: reader}}'
const pod = '{apiVersion: v1, kind: Pod, metadata: {name: x}}'
const claim = '{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: x}}'

describe('a refused dry run that a prerequisite may cure', () => {
  test.each<[string, string, FailureCode, string, Options?]>([
    ['without the namespace that the run makes', service, 'namespace-missing', namespace],
    ['without the kind that the run brings', cache, 'invalid-manifest', definition, { cause: unknownKind }],
    ['before the quota is as the run wants it', service, 'quota-exceeded', quota],
    ['of a binding whose role the run brings', binding, 'invalid-manifest', role, refused(404)],
    ['of a binding to rights that the stored role has, and the new one has not', binding, 'forbidden', role],
    ['of a pod whose account the run brings', pod, 'invalid-manifest', account, refused(403)],
    ['of a pod before the limits are as the run wants them', pod, 'invalid-manifest', range, refused(403)],
    ['of a claim before the limits are as the run wants them', claim, 'invalid-manifest', range, refused(403)]
  ])('is tried again later: %s', (...[, object, code, brought, options]) => {
    expect(ask(object, code, [brought], options)).toBe(true)
    expect(ask(object, code, [], options)).toBe(false)
  })
})

describe('a refused dry run that nothing in this run can cure', () => {
  test.each<[string, string, FailureCode, string, Options?]>([
    [
      'in a namespace that is there, and on its way out',
      service,
      'namespace-missing',
      namespace,
      { before: documentOf(namespace).object }
    ],
    [
      'in a namespace that another one does not help',
      service,
      'namespace-missing',
      namespace.replace('clinic', 'other')
    ],
    [
      'of a kind that another definition brings',
      cache.replace('Cache', 'Queue'),
      'invalid-manifest',
      definition,
      { cause: unknownKind }
    ],
    [
      'of a kind in another group',
      cache.replace('example.com', 'example.org'),
      'invalid-manifest',
      definition,
      { cause: unknownKind }
    ],
    ['of a binding to another role', binding.replace('reader', 'writer'), 'forbidden', role],
    ['of a wrong field, whatever the run brings', service, 'invalid-manifest', quota],
    ['of a right that is missing, whatever the run brings', service, 'forbidden', role],
    ['of a wrong field of a binding whose role the run brings', binding, 'invalid-manifest', role, refused(422)],
    ['of a wrong field of a pod whose account the run brings', pod, 'invalid-manifest', account, refused(400)],
    ['of a wrong field of a claim, whatever the limits become', claim, 'invalid-manifest', range, refused(422)],
    ['of a missing right to pods, whatever the limits become', pod, 'forbidden', range, refused(403)],
    ['of a server that fails, whatever the run brings', binding, 'cluster-unreachable', role]
  ])('is final: %s', (...[, object, code, brought, options]) => {
    expect(ask(object, code, [brought], options)).toBe(false)
  })
})
