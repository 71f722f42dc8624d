import { expect, test } from '@jest/globals'
import { builtInResource } from '../../../../src/clients/kubernetes/resources.ts'
import { fieldType } from '../../../../src/core/schema/schema.ts'
import { schema, schemaText } from './kubernetes.ts'

test('the schema contains every type that a field refers to', () => {
  const written = Object.values(schema.types).flatMap((fields) => Object.values(fields))
  expect(written.length).toBeGreaterThan(500)
  const inner = (text: string): void => {
    const type = fieldType(text, schema)
    if (type.type === 'list' || type.type === 'map') inner(type.of)
  }
  for (const text of written) inner(text)
  expect(() => fieldType('Nonsense', schema)).toThrow('no type Nonsense')
})

test('the schema knows the fields of exactly the kinds that the action can address', () => {
  const checked = Object.entries(schema.kinds).flatMap(([version, kinds]) =>
    kinds.checked.map((kind) => [version, kind])
  )
  expect(checked.length).toBeGreaterThan(20)
  for (const [version = '', kind = ''] of checked) {
    expect(builtInResource(version, kind)).toBeDefined()
    expect(schema.types[kind]).toMatchObject({ apiVersion: 'string', kind: 'string', metadata: 'ObjectMeta' })
  }
  const others = Object.entries(schema.kinds).flatMap(([version, { others }]) => others.map((kind) => [version, kind]))
  for (const [version = '', kind = ''] of others) expect(builtInResource(version, kind)).toBeUndefined()
})

test('the schema is small, and names its licence', () => {
  expect(schemaText.length).toBeLessThan(100_000)
  expect(schemaText).toContain('Copyright The Kubernetes Authors, Apache-2.0; see LICENSE')
})

test('the schema contains no recursive type, so it limits the depth of a document', () => {
  const depth = (name: string, above: readonly string[]): number => {
    if (above.includes(name)) throw new Error([...above, name].join(' > '))
    const inner = Object.values(schema.types[name] ?? {}).map((written) => written.replace(/[^A-Za-z]+$/, ''))
    return 1 + Math.max(0, ...inner.filter((each) => each in schema.types).map((each) => depth(each, [...above, name])))
  }
  expect(Math.max(...Object.keys(schema.types).map((name) => depth(name, [])))).toBeLessThan(20)
})
