import { describe, expect, test } from '@jest/globals'
import { ApiError } from '../../../src/clients/kubernetes/errors.ts'
import { toPlannerFailure } from '../../../src/clients/kubernetes/failure.ts'
import { UnknownKind } from '../../../src/clients/kubernetes/resources.ts'
import type { Failure } from '../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../src/core/kubernetes/object.ts'
import { uncheckedBecause, uncheckedNotes } from '../../../src/steps/unchecked-objects.ts'

const namespace = 'clinic'
const object = (apiVersion: string, kind: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'redis' }
})
const config = object('v1', 'ConfigMap')
const monitor = object('monitoring.coreos.com/v1', 'PodMonitor')

const failed = (error: unknown): Failure => toPlannerFailure(error, { verb: 'apply', object: 'X/redis', namespace })
const unknownKind = failed(new UnknownKind('the cluster has no kind X in Y'))
const noNamespace = failed(new ApiError(404, { message: 'namespaces "clinic" not found' }))
const terminating = failed(
  new ApiError(403, {
    message:
      'configmaps "redis" is forbidden: unable to create new content in namespace clinic because it is being terminated'
  })
)
const denied = (what: string, verb = 'patch', place = ' in the namespace "clinic"') =>
  failed(
    new ApiError(403, {
      message: `${what} is forbidden: User "ci" cannot ${verb} resource "${what.split(/[. ]/)[0]}" in API group ""${place}`
    })
  )

describe('an object that the dry run could not check', () => {
  test.each([
    ['its namespace is missing', config, noNamespace, 'cannot be checked before namespace clinic exists'],
    [
      'its namespace is being deleted',
      config,
      terminating,
      'cannot be checked while namespace clinic is being deleted'
    ],
    ['its kind can be installed', monitor, unknownKind, expect.stringMatching(/^cannot be checked before its kind is/)],
    [
      'a right is missing',
      config,
      denied('configmaps "redis"'),
      'not checked: needs the right to patch configmaps/redis'
    ],
    [
      'a right is missing that no name limits',
      config,
      denied('secrets', 'create'),
      'not checked: needs the right to create secrets'
    ]
  ])('may be accepted when deployed: %s', (_, wanted, failure, reason) => {
    expect(uncheckedBecause(wanted, failure, namespace)).toEqual(reason)
  })

  test.each([
    ['its kind cannot be installed', config, unknownKind],
    [
      'its group has a dot and is one of Kubernetes itself',
      object('networking.k8s.io/v1', 'NetworkPolcy'),
      unknownKind
    ],
    ['its version is one that the cluster no longer has', object('networking.k8s.io/v1beta1', 'Ingress'), unknownKind],
    [
      'something other than the authorizer forbids it',
      config,
      failed(new ApiError(403, { message: 'x is forbidden: no' }))
    ],
    ['the server refuses its content', config, failed(new ApiError(422, { message: 'port: Invalid value: 70000' }))],
    ['a quota is used up', config, failed(new ApiError(403, { message: 'x is forbidden: exceeded quota: small' }))]
  ])('would be refused when deployed: %s', (_, wanted, failure) => {
    expect(uncheckedBecause(wanted, failure, namespace)).toBeUndefined()
  })
})

describe('the hint for objects that could not be checked', () => {
  const notes = (
    failures: [KubernetesObject, Failure][],
    documents: KubernetesObject[] = [],
    createNamespace = false
  ) =>
    uncheckedNotes(
      failures.map(([wanted, failure]) => ({
        object: wanted,
        before: undefined,
        failure,
        unknown: uncheckedBecause(wanted, failure, namespace)
      })),
      { namespace, createNamespace, documents: documents.map((each) => ({ object: each, source: '' })) }
    )
  const own = { ...object('v1', 'Namespace'), metadata: { name: namespace } }

  test('names a missing namespace once, unless the run creates it', () => {
    const missing: [KubernetesObject, Failure][] = [
      [config, noNamespace],
      [object('v1', 'Service'), noNamespace]
    ]
    expect(notes(missing)).toEqual([expect.stringContaining('`kubectl create namespace clinic`')])
    expect(notes(missing, [], true)).toEqual([])
    expect(notes(missing, [own])).toEqual([])
  })

  test('says to wait for a namespace that is being deleted', () => {
    const expected = [
      expect.stringMatching(
        /^A deployment would fail: namespace clinic cannot be used: .* because it is being terminated\. Next: wait until .*`kubectl get namespace clinic`\.$/
      )
    ]
    for (const [made, createNamespace] of [
      [[], false],
      [[], true],
      [[own], false]
    ] as const)
      expect(notes([[config, terminating]], [...made], createNamespace)).toEqual(expected)
  })

  test('names a missing kind unless the manifests define it', () => {
    const definition = {
      ...object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
      spec: { group: 'monitoring.coreos.com', names: { kind: 'PodMonitor' } }
    }
    expect(notes([[monitor, unknownKind]])).toEqual([
      expect.stringMatching(/^A deployment would fail: X\/redis cannot/)
    ])
    expect(notes([[monitor, unknownKind]], [definition])).toEqual([])
  })

  test('names missing permissions in one sentence for each scope, each rule once', () => {
    const rights = [
      denied('configmaps "redis"'),
      denied('configmaps "redis"', 'get'),
      denied('secrets', 'create'),
      denied('namespaces', 'create', '')
    ]
    expect(notes(rights.map((failure) => [config, failure]))).toEqual([
      'To have everything checked, give ci the Role in manifests/rbac-planner, or in its Role in namespace clinic: ' +
        '`- {apiGroups: [""], resources: [configmaps], resourceNames: ["redis"], verbs: [get, create, patch]}`, ' +
        '`- {apiGroups: [""], resources: [secrets], verbs: [create]}`',
      'To have everything checked, leave `create-namespace` out and have an administrator create the namespace; or give ' +
        'ci in a ClusterRole: `- {apiGroups: [""], resources: [namespaces], verbs: [create]}`'
    ])
  })

  test('is empty for refused objects', () => {
    expect(notes([[config, unknownKind]])).toEqual([])
  })
})
