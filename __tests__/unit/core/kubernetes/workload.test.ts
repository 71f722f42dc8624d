import { expect, test } from '@jest/globals'
import { redisStatefulSet, referencedNames } from '../../../../src/core/kubernetes/workload.ts'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { documentOf } from '../../document-of.ts'

function statefulSet(limits: string): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
spec:
  template:
    spec:
      containers:
      - name: metrics
        resources: {limits: {memory: 64Mi}}
      - name: redis
        resources: ${limits}
`
}
const service = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: redis\n'
const other = 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: postgres\n'

test('finds the StatefulSet named redis wherever it is in the list', () => {
  const documents = parseManifest([service, other, statefulSet('{}')].join('---\n'))
  expect(redisStatefulSet(documents)?.object).toMatchObject({ kind: 'StatefulSet', metadata: { name: 'redis' } })
})

test('finds no self-hosted Redis without a StatefulSet named redis', () => {
  expect(redisStatefulSet(parseManifest([service, other].join('---\n')))).toBeUndefined()
})

test('finds what a pod reads through volumes, variables and envFrom', () => {
  const { object } = documentOf(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: not-this}
spec:
  template:
    spec:
      initContainers:
      - name: init
        envFrom: [{configMapRef: {name: config-of-init}}, {secretRef: {name: secret-of-init}}]
      containers:
      - name: not-this
        env:
        - {name: A, valueFrom: {configMapKeyRef: {name: config-of-variable, key: not-this}}}
        - {name: B, valueFrom: {secretKeyRef: {name: secret-of-variable, key: not-this}}}
      volumes:
      - {name: not-this, configMap: {name: config-of-volume}}
      - {name: not-this, secret: {secretName: secret-of-volume}}
      - name: not-this
        projected: {sources: [{configMap: {name: config-projected}}, {secret: {name: secret-projected}}]}
      - {name: not-this, emptyDir: {}}
`)
  const words = (kind: string) => ['of-init', 'of-variable', 'of-volume', 'projected'].map((word) => `${kind}-${word}`)
  expect([...referencedNames(object, 'configMap')].toSorted()).toEqual(words('config').toSorted())
  expect([...referencedNames(object, 'secret')].toSorted()).toEqual(words('secret').toSorted())
})
