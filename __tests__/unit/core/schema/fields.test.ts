import { describe, expect, test } from '@jest/globals'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { checkObject } from '../../../../src/core/schema/check.ts'
import { documentOf } from '../../document-of.ts'
import { type Edit, shippedOne } from '../../phases/plan/shipped.ts'
import { schema } from './kubernetes.ts'

const problemsOf = (text: string) => checkObject(documentOf(text).object, schema).problems
const afterEdit = (...edit: Edit) => checkObject(shippedOne('StatefulSet', 'redis', edit), schema).problems
const redis = '.spec.template.spec.containers[0]'

describe('a field', () => {
  test.each<[string, Edit, string[]]>([
    [
      'in the wrong case',
      ['containerPort: 6379', 'containerPort: 6379\n          imagePullpolicy: Always'],
      [`${redis}.imagePullpolicy is not a field of Kubernetes 1.36; imagePullPolicy was probably meant`]
    ],
    [
      'with two letters swapped',
      ['terminationGracePeriodSeconds:', 'terminationGracePeroidSeconds:'],
      [
        '.spec.template.spec.terminationGracePeroidSeconds is not a field of Kubernetes 1.36; ' +
          'terminationGracePeriodSeconds was probably meant'
      ]
    ],
    [
      'that nothing is like',
      ['  serviceName:', '  colour: red\n  serviceName:'],
      ['.spec.colour is not a field of Kubernetes 1.36']
    ],
    [
      'that would be right elsewhere',
      ['  serviceName:', '  image: redis\n  serviceName:'],
      ['.spec.image is not a field of Kubernetes 1.36']
    ],
    [
      'that is required',
      ['  selector:\n    matchLabels:\n', '  selector:\n  x-labels:\n'],
      ['.spec.x-labels is not a field of Kubernetes 1.36', '.spec.selector is missing']
    ],
    [
      'of a claim',
      ['accessModes: [ReadWriteOnce]', 'accessModes: [ReadWriteOne]'],
      [
        '.spec.volumeClaimTemplates[0].spec.accessModes[0] must be one of ReadOnlyMany, ReadWriteMany, ReadWriteOnce, ' +
          'ReadWriteOncePod'
      ]
    ],
    [
      'that is a text, not a number',
      ['replicas: 1', "replicas: '1'"],
      ['.spec.replicas must be an integer, but is another text']
    ],
    ['that is a fraction', ['replicas: 1', 'replicas: 1.5'], ['.spec.replicas must be an integer, but is a fraction']],
    [
      'that is a list',
      ['serviceName: redis-headless', 'serviceName: [redis-headless]'],
      ['.spec.serviceName must be a text, but is a list']
    ],
    [
      'that is a map',
      ['serviceName: redis-headless', 'serviceName: {name: redis-headless}'],
      ['.spec.serviceName must be a text, but is a map']
    ],
    [
      'that is not a list',
      ['accessModes: [ReadWriteOnce]', 'accessModes: ReadWriteOnce'],
      ['.spec.volumeClaimTemplates[0].spec.accessModes must be a list, but is another text']
    ]
  ])('is checked against the schema: %s', (_, edit, expected) => {
    expect(afterEdit(...edit)).toEqual(expected)
  })

  test('with the value null counts as absent', () => {
    expect(afterEdit('replicas: 1', 'replicas: null')).toEqual([])
    expect(problemsOf('{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: null}]}}')).toEqual([
      '.spec.ports[0].port is missing'
    ])
  })

  test('of the status is not checked, because controllers own it', () => {
    expect(afterEdit('spec:', 'status: {nonsense: 1}\nspec:')).toEqual([])
  })
})

describe('a value', () => {
  const annotated = (value: string) =>
    problemsOf(`{apiVersion: v1, kind: ConfigMap, metadata: {name: x, annotations: {a.b/c: ${value}}}}`)
  const limited = (value: string) =>
    problemsOf(`{apiVersion: v1, kind: ResourceQuota, metadata: {name: x}, spec: {hard: {limits.memory: ${value}}}}`)
  const held = (value: string) => problemsOf(`{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {a: ${value}}}`)
  const served = (value: string) =>
    problemsOf(`{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 1, targetPort: ${value}}]}}`)

  test.each(["'true'", '2024-01-01', '2024-01-01T00:00:00Z', "''", 'text', 'null'])('may be a text: %s', (value) => {
    expect(annotated(value)).toEqual([])
  })

  test.each(['true', 'yes', '1', '0440', '1.5'])(
    'is rejected where YAML reads a required text as another type: %s',
    (value) => {
      expect(annotated(value)).toEqual([
        expect.stringMatching(/^\.metadata\.annotations\.a\.b\/c must be a text, but .*: put it in quotes$/)
      ])
    }
  )

  test.each(['1', '1.5', "'1'", '512Mi', '1e3', '1E-3', '250m', '.5', '5.', '+1', '-1', '12k', '3Ei', '9n', "'1.5Gi'"])(
    'may be a quantity: %s',
    (value) => {
      expect(limited(value)).toEqual([])
    }
  )

  test.each(['512MB', '512mb', '1 Gi', 'much', "''", 'true', '[1]', '512MiB', '1e', '--1', '1.2.3'])(
    'is rejected as a quantity: %s',
    (value) => {
      expect(limited(value)).toEqual([
        expect.stringContaining('.spec.hard.limits.memory must be a quantity such as 512Mi or 250m, but is')
      ])
    }
  )

  test.each(["''", 'YQ==', 'YWI=', 'YWJj', '"YWJj\\nYWJj\\n"', '+/+/'])('may be base64: %s', (value) => {
    expect(held(value)).toEqual([])
  })

  test.each(['a', 'YQ', 'YQ=', 'pass-word', '1234', 'YQ==YQ=='])('is rejected as base64: %s', (value) => {
    expect(held(value)).toEqual([expect.stringContaining('.data.a must be base64, but is ')])
  })

  test.each(['80', 'http', "'80'"])('may be an integer or a string: %s', (value) => {
    expect(served(value)).toEqual([])
  })

  test.each(['true', '1.5', '[80]'])('is rejected as neither integer nor string: %s', (value) => {
    expect(served(value)).toHaveLength(1)
  })

  test('of a choice may be empty, which selects the default', () => {
    const policy = (value: string) =>
      afterEdit('containerPort: 6379', `containerPort: 6379\n          imagePullPolicy: ${value}`)
    expect(policy("''")).toEqual([])
    expect(policy('Sometimes')).toEqual([`${redis}.imagePullPolicy must be one of Always, IfNotPresent, Never`])
    expect(policy('1')).toEqual([`${redis}.imagePullPolicy must be a text, but is a number: put it in quotes`])
  })

  test('of a Secret is never shown', () => {
    const [password, ...others] = problemsOf(
      '{apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {password: 471108154711}}'
    )
    expect(others).toEqual([])
    expect(password).toBe('.stringData.password must be a text, but is a number: put it in quotes')
  })
})

test('describes problems of any keys in one harmless line each, up to a limit', () => {
  const keys = ['::error::x', '__proto__', 'constructor', 'a\\nb', 'x'.repeat(5000)]
  const many = [...keys, ...Array.from({ length: 5000 }, (_, index) => `key${index}`)]
  const spec = many.map((key) => `"${key}": 1`).join(', ')
  const { problems } = checkObject(
    parseManifest(`{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {${spec}}}`)[0]?.object ?? fail(),
    schema
  )
  expect(problems).toHaveLength(21)
  expect(problems.at(-1)).toBe('and there is more')
  expect(problems.slice(0, 3)).toEqual([
    '.spec.::error::x is not a field of Kubernetes 1.36',
    '.spec.__proto__ is not a field of Kubernetes 1.36',
    '.spec.constructor is not a field of Kubernetes 1.36'
  ])
  for (const problem of problems) expect(problem).toMatch(/^[^\n]{1,600}$/)
})

function fail(): never {
  throw new Error('that is no document')
}
