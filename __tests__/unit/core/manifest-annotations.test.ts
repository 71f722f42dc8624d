import { describe, expect, test } from '@jest/globals'
import { withTemplateAnnotations } from '../../../src/core/manifest.ts'
import fc from '../../support/fast-check.ts'
import { documentOf } from '../document-of.ts'

const marks = { 'redis-cache-action/config': '0123456789abcdef' }

function statefulSet(metadata: string, spec = 'containers: []'): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
spec:
  template:
    ${metadata}
    spec:
      ${spec}
`
}

describe('annotations of the pod template', () => {
  test('are appended, and the rest of the text stays unchanged', () => {
    const before = `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
spec:
  template:
    metadata:
      annotations:
        prometheus.io/port: '9121' # quoted
        prometheus.io/path: "/metrics"
    spec:
      containers:
        - name: redis
          command:
            - /bin/sh
            - -ec
            - |
              # A long line of a script that no one may fold, because the shell would then see two commands: true; true; true
              test -s /run/redis-credentials/password

              exec redis-server /etc/redis/redis.conf
          resources:
            limits:
              memory: 512Mi
      volumes:
        - name: credentials
          secret:
            defaultMode: 0440
            optional: no
      workingDir: .
      args: [ ., 48e5203, 1234-56-78, 0x_, 1_000, ~, 12345678901234567890 ]
`
    const { source } = withTemplateAnnotations(documentOf(before), { ...marks, enabled: 'true' })
    const added = '        redis-cache-action/config: "0123456789abcdef"\n        enabled: "true"\n'
    expect(source).toBe(before.replace('"/metrics"\n', (line) => line + added))
  })

  test('keep merge keys resolved', () => {
    const metadata = 'metadata: {annotations: {a: b}}'
    const document = documentOf(statefulSet(metadata, 'base: &base {c: 1}\n      more: {<<: *base, d: 2}'))
    expect(withTemplateAnnotations(document, marks).object['spec']).toMatchObject({
      template: { spec: { more: { c: 1, d: 2 } } }
    })
  })

  test('are the same in the object and in its text', () => {
    const { object, source } = withTemplateAnnotations(documentOf(statefulSet('metadata: {}')), { a: '0440', b: 'yes' })
    expect(documentOf(source).object).toEqual(object)
    expect(object['spec']).toMatchObject({ template: { metadata: { annotations: { a: '0440', b: 'yes' } } } })
  })

  test('leave no empty value in a flow map, which Go parses as part of the key', () => {
    const { source } = withTemplateAnnotations(documentOf(statefulSet('metadata: {}', '{a: , b: .}')), marks)
    expect(source).toContain('{ a: null, b: . }')
  })

  test.each([
    ['has none', 'metadata:\n      labels: {a: b}'],
    ['has an empty map of them', 'metadata:\n      annotations: {}'],
    ['has the key without a value', 'metadata:\n      annotations:'],
    ['has null for them, as kustomize writes it', 'metadata:\n      annotations: null'],
    ['has null for its metadata', 'metadata: null'],
    ['has no metadata', 'other: 1']
  ])('are added where the template %s', (_, metadata) => {
    const { object, source } = withTemplateAnnotations(documentOf(statefulSet(metadata)), marks)
    expect(object['spec']).toMatchObject({ template: { metadata: { annotations: marks } } })
    expect(documentOf(source).object).toEqual(object)
  })

  test('replace those of an earlier run', () => {
    const document = documentOf(statefulSet("metadata:\n      annotations: {redis-cache-action/config: 'old', a: b}"))
    const { object } = withTemplateAnnotations(document, marks)
    expect(object['spec']).toMatchObject({ template: { metadata: { annotations: { ...marks, a: 'b' } } } })
  })

  test('do not change the document they are made from', () => {
    const document = documentOf(statefulSet('metadata: {}'))
    withTemplateAnnotations(document, marks)
    expect(document).toEqual(documentOf(statefulSet('metadata: {}')))
  })

  test('change nothing else in any document', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string(), { noNullPrototype: true }), (rest) => {
        const document = documentOf(statefulSet('metadata: {}', `env: ${JSON.stringify(rest)}`))
        const { object } = withTemplateAnnotations(document, marks)
        expect(object['spec']).toEqual({ template: { metadata: { annotations: marks }, spec: { env: rest } } })
      })
    )
  })
})
