import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { objectDiff } from '../../../../src/phases/plan/diff.ts'
import { documentOf } from '../../document-of.ts'
import { type Edit, shippedOne } from './shipped.ts'

const edited = (kind: string, ...edits: Edit[]) =>
  objectDiff(shippedOne(kind, 'redis'), shippedOne(kind, 'redis', ...edits))
const head = 'apiVersion: v1\nkind: Thing\nmetadata: {name: x}\n'
const of = (yaml: string) => documentOf(yaml).object
const configMap = (data: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'redis-config' },
  data
})

describe('the diff of a change', () => {
  test('has three lines of context and the field path above', () => {
    expect(edited('StatefulSet', ['redis:7.2.16-alpine', 'redis:8.0.1'])).toBe(
      `@@ spec.template.spec.containers[name=redis] @@
               echo "user default on #$hash ~* &* +@all" >/run/redis/auth.conf
               # exec, so that SIGTERM reaches redis-server and it saves.
               exec redis-server /etc/redis/redis.conf
-          image: docker.io/library/redis:7.2.16-alpine
+          image: docker.io/library/redis:8.0.1
           livenessProbe:
             exec:
               command:`
    )
  })

  test('shows the changed line of a configuration file', () => {
    const before = shippedOne('ConfigMap', 'redis-config')
    expect(objectDiff(before, shippedOne('ConfigMap', 'redis-config', ['save 300 10', 'save 300 20']))).toBe(
      `@@ data.redis.conf @@
     appendfsync everysec
     # ... and snapshots give a compact file to restore from.
     save 900 1
-    save 300 10
+    save 300 20
     save 60 10000

     # Includes stand last: redis-server 7 forgets all but the last \`save\` line that follows an include.`.replace(
        '\n\n',
        '\n \n'
      )
    )
  })

  test('has one hunk for each distant change', () => {
    const diff = edited('StatefulSet', ['replicas: 1', 'replicas: 2'], ['storage: 5Gi', 'storage: 9Gi'])
    expect(diff.split('\n').filter((line) => /^[@+-]/.test(line))).toEqual([
      '@@ spec @@',
      '-  replicas: 1',
      '+  replicas: 2',
      '@@ spec.volumeClaimTemplates[metadata.name=data].spec.resources.requests @@',
      '-            storage: 5Gi',
      '+            storage: 9Gi'
    ])
  })

  test('has the common path above for adjacent fields', () => {
    const diff = edited('StatefulSet', ['runAsUser: 999', 'runAsUser: 0'], ['type: RuntimeDefault', 'type: Unconfined'])
    expect(diff.split('\n').filter((line) => /^[@+-]/.test(line))).toEqual([
      '@@ spec.template.spec.securityContext @@',
      '-        runAsUser: 999',
      '+        runAsUser: 0',
      '-          type: RuntimeDefault',
      '+          type: Unconfined'
    ])
  })

  test('shows a scalar that becomes a list as a removal and an addition', () => {
    expect(objectDiff(of(`${head}spec: {a: 1}`), of(`${head}spec: {a: [1]}`))).toBe(
      `@@ spec @@
 metadata:
   name: x
 spec:
-  a: 1
+  a:
+    - 1`
    )
  })

  test('shows a map that becomes empty', () => {
    expect(objectDiff(of(`${head}spec: {a: {b: 1}}`), of(`${head}spec: {a: {}}`))).toContain(
      '\n-  a:\n-    b: 1\n+  a: {}'
    )
  })

  test('quotes values that YAML would read as another type', () => {
    expect(objectDiff(configMap({ a: 'yes' }), configMap({ a: true }))).toMatch(/- {2}a: "yes"\n\+ {2}a: true$/)
    expect(objectDiff(configMap({ a: 1 }), configMap({ a: '1' }))).toMatch(/- {2}a: 1\n\+ {2}a: "1"$/)
  })
})

describe('a subtle change', () => {
  test.each<[string, string, string, string]>([
    ['white space at the end of a line', 'a\nb\n', 'a \t\nb\n', '-    a\n+    a␠␉'],
    ['the last line end', 'a\nb\n', 'a\nb', '-  x: |\n+  x: |-'],
    ['the only line end', 'a\n', 'a', '-  x: |\n-    a\n+  x: a'],
    ['one more line end', 'a\n', 'a\n\n', '-  x: |\n+  x: |+\n     a\n+'],
    ['white space at the end of a value', 'a', 'a ', '-  x: a\n+  x: "a "'],
    ['line ends of Windows', 'a\nb\n', 'a\r\nb\n', '-    a\n+    a␍'],
    ['a control character', 'ab', 'a\u0007b', '-  x: ab\n+  x: "a\\ab"'],
    ['a character without width', 'a b', 'a \u200bb', '-  x: a b\n+  x: a \\u{200b}b'],
    ['another order of what is written', 'a b', 'a \u202eb', '-  x: a b\n+  x: a \\u{202e}b']
  ])('is visible: %s', (_, before, after, expected) => {
    expect(objectDiff(configMap({ x: before }), configMap({ x: after }))).toContain(expected)
  })

  test('is visible far into a very long line', () => {
    const long = (end: string) => configMap({ x: `${'long '.repeat(1000)}${end}` })
    const [removed, added] = objectDiff(long('maxmemory'), long('appendonly')).split('\n').slice(-2)
    expect(removed).toMatch(/^- {2}x: (long ){1000}maxmemory$/)
    expect(added).toMatch(/^\+ {2}x: (long ){1000}appendonly$/)
  })
})

describe('the diff is empty', () => {
  test('for two equal objects', () => {
    expect(edited('StatefulSet')).toBe('')
  })

  test('for two absent objects', () => {
    expect(objectDiff(undefined, undefined)).toBe('')
  })

  test('for fields that the server and its controllers write', () => {
    const [before, after] = ['a', 'b'].map((value) =>
      of(`apiVersion: v1
kind: ConfigMap
metadata:
  name: redis-config
  uid: ${value}
  resourceVersion: ${value}
  generation: ${value}
  creationTimestamp: ${value}
  selfLink: ${value}
  managedFields: [{manager: ${value}}]
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: ${value}
    deployment.kubernetes.io/revision: ${value}
status: {a: ${value}}
data: {}
`)
    )
    expect(objectDiff(before, after)).toBe('')
  })

  test('for annotations of which none is left', () => {
    const bare = of(`${head}`)
    const annotated = structuredClone(bare)
    annotated.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }
    expect(objectDiff(annotated, bare)).toBe('')
  })

  test('for fields that are null, which Kubernetes treats as absent', () => {
    expect(objectDiff(of(`${head}spec: {a: null}`), of(`${head}spec: {}`))).toBe('')
  })
})

describe('the diff of an object', () => {
  const rendered = of(`apiVersion: v1
kind: Service
metadata: {name: redis}
spec:
  ports: [{port: 6379}]
  template: {spec: {containers: [{name: redis, image: 'redis:7'}], args: [[a], {b: 1}]}}`)
  const stored = of(`apiVersion: v1
kind: Service
metadata: {name: redis, uid: abc, creationTimestamp: now}
spec:
  clusterIP: 10.0.0.1
  ports: [{port: 6379, protocol: TCP, targetPort: 6379}]
  template: {spec: {containers: [{name: redis, image: 'redis:7', imagePullPolicy: Always}, {name: injected}], args: [[a], {b: 1, c: 2}]}}`)

  test('shows requested fields and no defaults for a new object', () => {
    expect(objectDiff(undefined, stored, rendered)).toBe(
      `@@ Service/redis @@
+apiVersion: v1
+kind: Service
+metadata:
+  name: redis
+spec:
+  ports:
+    - port: 6379
+  template:
+    spec:
+      args:
+        - - a
+        - b: 1
+      containers:
+        - name: redis
+          image: redis:7`
    )
  })

  test('shows all fields of a new object if the requested ones are unknown', () => {
    expect(objectDiff(undefined, stored)).toContain('+  clusterIP: 10.0.0.1')
  })

  test('shows new fields without defaults and every other change for an existing object', () => {
    const before = structuredClone(stored)
    before['spec'] = { clusterIP: '10.0.0.1', ports: [] }
    const diff = objectDiff(before, { ...stored, spec: { ...Object(stored['spec']), nodePort: 30000 } }, rendered)
    expect(diff).toContain('+    - port: 6379\n+  template')
    expect(diff).toContain('+  nodePort: 30000')
    expect(diff).not.toMatch(/imagePullPolicy|injected/)
  })

  test('shows new fields of items without a key for an existing object', () => {
    const [before, after] = ['{a: 1}', '{a: 1, b: 2}'].map((item) => of(`${head}spec: {ingress: [${item}]}`))
    expect(objectDiff(before, after, before)).toMatch(/\n\+ {6}b: 2$/)
  })

  test('shows all fields of a removed object', () => {
    expect(objectDiff(of(`${head}spec: {a: 1}`), undefined)).toBe(
      `@@ Thing/x @@
-apiVersion: v1
-kind: Thing
-metadata:
-  name: x
-spec:
-  a: 1`
    )
  })
})
