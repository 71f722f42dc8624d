import { expect, test } from '@jest/globals'
import { at, type KubernetesObject, objectId } from '../../../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { checkObject } from '../../../../src/core/schema/check.ts'
import fc from '../../../support/fast-check.ts'
import { shipped } from '../../phases/plan/shipped.ts'
import { schema } from './kubernetes.ts'

/** Kinds that the action does not bring, with what is easily taken for a mistake. */
const others = `
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup, creationTimestamp: null, ownerReferences: [{apiVersion: v1, kind: Pod, name: x, uid: z}]}
spec:
  schedule: '@daily'
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: Never
          affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: a}}]}}
          containers: [{name: a, image: b, resources: {limits: {cpu: 1, memory: 1.5Gi}}, env: [{name: A, valueFrom: {secretKeyRef: {name: b, key: c}}}]}]
          volumes: [{name: a, emptyDir: {}}, {name: b, projected: {sources: [{secret: {name: x}}]}}]
---
{apiVersion: v1, kind: Secret, metadata: {name: x}, type: Opaque, data: {a: YQ==}, stringData: {b: c}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: x}, spec: {maxUnavailable: 1, selector: {matchExpressions: [{key: a, operator: Exists}]}}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: z}, spec: {maxUnavailable: 50%}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: x}, rules: [{apiGroups: [''], resources: [pods], verbs: ['*']}]}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: x}, spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 1}}}}]}}]}}
---
{apiVersion: v1, kind: LimitRange, metadata: {name: x}, spec: {limits: [{type: Container, max: {cpu: 2}}]}}
`

const objects = [...shipped(), ...parseManifest(others).map(({ object }) => object)]

/** Maps whose keys are the user's own. */
const free = /\.(annotations|labels|matchLabels|data|stringData|limits|requests|max)$|^Service.*\.spec\.selector$/

/** Where a map with fields of Kubernetes stands in an object, by the path of the map and the name of the field. */
const places = objects.flatMap((object) =>
  fieldsIn(object, objectId(object), []).map((place) => ({ object, ...place }))
)

function fieldsIn(
  value: unknown,
  id: string,
  path: (string | number)[]
): { path: (string | number)[]; field: string }[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item, index) => fieldsIn(item, id, [...path, index]))
  const own = free.test(`${id}${written(path)}`) ? [] : Object.keys(value).map((field) => ({ path, field }))
  return [...own, ...Object.entries(value).flatMap(([key, child]) => fieldsIn(child, id, [...path, key]))]
}

function written(path: readonly (string | number)[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
}

/** The object with one field under another name, or with another value. */
function edited(object: KubernetesObject, path: (string | number)[], edit: (map: Record<string, unknown>) => void) {
  const copy = structuredClone(object)
  edit(at(copy, ...path) as Record<string, unknown>)
  return copy
}

test.each(objects.map((object): [string, KubernetesObject] => [objectId(object), object]))(
  'accepts %s',
  (_, object) => {
    expect(checkObject(object, schema)).toEqual({ problems: [] })
  }
)

test('finds a misspelt field at its path, wherever it is', () => {
  expect(places.length).toBeGreaterThan(150)
  const typo = fc.tuple(fc.nat(), fc.constantFrom('delete', 'double', 'swap', 'replace', 'case'))
  fc.assert(
    fc.property(fc.constantFrom(...places), typo, ({ object, path, field }, [seed, kind]) => {
      const misspelt = mistyped(field, seed % field.length, kind)
      // apiVersion and kind say what the rest is; other names may also be right.
      fc.pre(misspelt !== field && !(path.length === 0 && ['apiVersion', 'kind'].includes(field)))
      const wrong = edited(object, path, (map) => {
        map[misspelt] = map[field]
        delete map[field]
      })
      const { problems } = checkObject(wrong, schema)
      const found = problems.find((problem) => problem.startsWith(`${written(path)}.${misspelt} is not a field`))
      if (found === undefined) throw new Error(`${written(path)}.${misspelt}: ${problems}`)
    }),
    { numRuns: 500 }
  )
})

test('finds a value of the wrong type at its path, and never shows it', () => {
  const other = fc.constantFrom<unknown>([[['Tr0ub4dor']]], { nested: ['Tr0ub4dor'] })
  fc.assert(
    fc.property(fc.constantFrom(...places), other, ({ object, path, field }, value) => {
      fc.pre(!(path.length === 0 && ['apiVersion', 'kind'].includes(field)))
      const wrong = edited(object, path, (map) => {
        map[field] = value
      })
      const { problems } = checkObject(wrong, schema)
      const found = problems.find((problem) => problem.startsWith(`${written(path)}.${field}`))
      if (found === undefined) throw new Error(`${written(path)}.${field}: ${problems}`)
      expect(problems.join()).not.toContain('Tr0ub4dor')
    }),
    { numRuns: 500 }
  )
})

function mistyped(name: string, index: number, kind: string): string {
  const [before, letter = '', after] = [name.slice(0, index), name[index], name.slice(index + 1)]
  if (kind === 'delete') return before + after
  if (kind === 'double') return before + letter + letter + after
  if (kind === 'swap') return before + (after[0] ?? '') + letter + after.slice(1)
  if (kind === 'replace') return `${before}q${after}`
  const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
  return before + other + after
}
