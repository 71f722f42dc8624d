import { expect, test } from '@jest/globals'
import { checkObject } from '../../../../src/core/schema/check.ts'
import { schema } from './kubernetes.ts'

const checked = (apiVersion: string, kind: string) => checkObject({ apiVersion, kind, metadata: { name: 'x' } }, schema)

test.each([
  ['apps/v1', 'Statefulset', 'Kubernetes 1.36 has no kind Statefulset in apps/v1; StatefulSet was probably meant'],
  ['v1', 'Deployment', 'Kubernetes 1.36 has no kind Deployment in v1; apps/v1 was probably meant'],
  ['app/v1', 'StatefulSet', 'Kubernetes 1.36 has no kind StatefulSet in app/v1; apps/v1 was probably meant'],
  [
    'apps/v1beta2',
    'StatefulSet',
    'Kubernetes 1.36 has no kind StatefulSet in apps/v1beta2; apps/v1 was probably meant'
  ],
  ['extensions/v1beta1', 'Nonsense', 'Kubernetes 1.36 has no kind Nonsense in extensions/v1beta1'],
  [
    'networking.k8s.io/v1beta1',
    'Ingress',
    'Kubernetes 1.36 has no kind Ingress in networking.k8s.io/v1beta1; networking.k8s.io/v1 was probably meant'
  ]
])('rejects %s %s, which is invalid in every cluster', (apiVersion, kind, problem) => {
  expect(checked(apiVersion, kind)).toEqual({ problems: [problem] })
})

test.each([
  ['monitoring.coreos.com/v1', 'PodMonitor'],
  ['external-secrets.io/v1', 'ExternalSecret'],
  ['example.com/v1', 'StatefulSet'],
  ['apps/v1', 'ReplicaSet'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['scheduling.k8s.io/v1', 'PriorityClass'],
  ['storage.k8s.io/v1beta1', 'VolumeAttributesClass'],
  ['constructor', 'toString']
])('checks only the name of %s %s', (apiVersion, kind) => {
  const { problems, note } = checked(apiVersion, kind)
  if (apiVersion === 'constructor') expect(problems).toEqual(['Kubernetes 1.36 has no kind toString in constructor'])
  else {
    expect(problems).toEqual([])
    expect(note).toBe(`its fields are not checked: there is no schema for ${kind} in ${apiVersion}`)
  }
})
