import { describe, expect, test } from '@jest/globals'
import { parseManifest } from '../../../src/core/manifest.ts'
import { toYaml } from '../../../src/core/yaml/document.ts'
import fc from '../../support/fast-check.ts'
import { baseManifest, documentOf } from '../document-of.ts'
import { endsOrFails, failureOf } from '../failure-of.ts'

const configMap = (name: string, rest = '') => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}`

describe('a manifest', () => {
  test('is split into documents whose text is kept byte for byte', () => {
    const texts = [
      configMap('a', 'data:\n  keep: |+\n    two lines\n\n'),
      configMap('b', "data:\n  mode: '0440' # why\n  flow: {x:   [1,2 ]}\n"),
      configMap('c', 'data:\n  folded: >-\n    a\n    b\n  separator: |\n    x\n     ---\n')
    ]
    const documents = parseManifest(texts.join('---\n'))
    expect(documents.map(({ source }) => source)).toEqual(texts)
    expect(documents.map(({ object }) => object.metadata.name)).toEqual(['a', 'b', 'c'])
  })

  test('of the action itself is read with its comments', () => {
    const documents = parseManifest(baseManifest())
    expect(documents.map(({ object }) => `${object.kind}/${object.metadata.name}`)).toEqual([
      'ConfigMap/redis-config',
      'Service/redis',
      'Service/redis-headless',
      'NetworkPolicy/redis',
      'StatefulSet/redis'
    ])
  })

  test.each([
    ['is empty', ''],
    ['is white space', '\n\n'],
    ['is a comment', '# nothing to see\n'],
    ['ends with a separator', '---\n'],
    ['has only separators', '---\n---\n'],
    ['has a comment between separators', '---\n# nothing\n---\n']
  ])('that %s has no documents', (_, text) => {
    expect(parseManifest(text)).toEqual([])
  })

  test('may have empty documents between others', () => {
    const text = `---\n${configMap('a')}---\n---\n${configMap('b')}---\n`
    expect(parseManifest(text).map(({ object }) => object.metadata.name)).toEqual(['a', 'b'])
  })

  test.each([
    ['an octal number', 'x: 0440', 288],
    ['a modern octal number', 'x: 0o440', 288],
    ['yes', 'x: yes', true],
    ['off', 'x: off', false],
    ['a quoted yes', "x: 'yes'", 'yes'],
    ['a time', 'x: 1:30', '1:30'],
    ['a date', 'x: 2001-12-14', '2001-12-14'],
    ['a point', 'x: .', '.'],
    ['a commit that looks like a number', 'x: 48e5203', '48e5203'],
    ['a telephone number', 'x: 1234-56-78', '1234-56-78'],
    ['an empty value', 'x:', null],
    ['a size', 'x: 512Mi', '512Mi']
  ])('is read as the API server reads it: %s', (_, line, value) => {
    expect(documentOf(configMap('a', `${line}\n`)).object['x']).toEqual(value)
  })

  test('has its aliases and merge keys resolved', () => {
    const { object } = documentOf(configMap('a', 'base: &base {x: 1}\nsame: *base\nmore: {<<: *base, z: 2}\n'))
    expect(object).toMatchObject({ same: { x: 1 }, more: { x: 1, z: 2 } })
  })
})

describe('an invalid manifest', () => {
  const bomb = Array.from({ length: 12 }, (_, level) => {
    const before = level === 0 ? 'x' : `*l${level - 1}`
    return `l${level}: &l${level} [${Array(10).fill(before).join(', ')}]`
  }).join('\n')

  test.each([
    ['a broken flow', 'a: {', /document 1 .*is not a Kubernetes object/],
    ['a list', '- a\n- b\n', /it has no apiVersion/],
    ['a text', 'hello\n', /it has no apiVersion/],
    ['a number', '5\n', /it has no apiVersion/],
    ['no kind', 'apiVersion: v1\nmetadata: {name: a}\n', /it has no kind/],
    ['no metadata', 'apiVersion: v1\nkind: ConfigMap\n', /it has no metadata\.name/],
    ['an empty name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ""}\n', /it has no metadata\.name/],
    ['a list of objects', 'apiVersion: v1\nkind: List\nitems: []\n', /it has no metadata\.name/],
    ['an unknown alias', configMap('a', 'x: *nowhere\n'), /nowhere/],
    ['the same key twice', configMap('a', 'data: {a: b}\ndata: {c: d}\n'), /unique/],
    ['aliases that explode', configMap('a', `${bomb}\n`), /alias/i],
    ['a tag', configMap('a', 'x: !!binary aGk=\n'), /it has the tag tag:yaml.org,2002:binary/],
    ['infinity', configMap('a', 'x: .inf\n'), /JSON has no number \.inf/],
    ['NaN', configMap('a', 'x: [.NaN]\n'), /JSON has no number \.NaN/],
    ['a key that is null', configMap('a', 'x: {~: a}\n'), /a key is null$/],
    [
      'a key that is merged after it was given',
      configMap('a', 'x: &x {a: 1}\ny: {a: 2, <<: [{b: 1}, *x]}\n'),
      /the key a is merged after it was set; write << first$/
    ],
    ['brackets without end', `a: ${'['.repeat(50_000)}`, /is not a Kubernetes object/]
  ])('is refused for %s', (_, text, sentence) => {
    const failure = failureOf(() => parseManifest(text))
    expect(failure.code).toBe('invalid-manifest')
    expect(failure.message).toMatch(sentence)
    expect(failure.hint).toContain('kustomize build')
  })

  test('is refused with the number of the invalid document', () => {
    const failure = failureOf(() => parseManifest(`${configMap('a')}---\nkind: x\n`))
    expect(failure.message).toBe('document 2 of the rendered manifest is not a Kubernetes object: it has no apiVersion')
  })
})

describe('any text', () => {
  const piece = fc.constantFrom(
    ...'abk:-#&*!|>{}[],"\'%@?<\\ \t\n'.split(''),
    '\n---\n',
    ': ',
    '- ',
    '\n  ',
    '&a ',
    '*a'
  )

  test('is read as a manifest or refused with a Failure', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: piece })), (text) => endsOrFails(() => parseManifest(text)))
    )
  })

  test('of an object written as YAML is read as the same object', () => {
    const ambiguous = fc.constantFrom(
      'y',
      'no',
      'on',
      '0440',
      '0x1',
      '1e3',
      '12:30',
      '~',
      'null',
      '',
      '.inf',
      '2001-12-14',
      '0o17',
      '0b-1',
      '.',
      '48e5203'
    )
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(fc.string(), ambiguous, fc.boolean(), fc.integer(), fc.constant(null)),
        fc.array(tie('node')),
        fc.dictionary(fc.stringMatching(/^[a-z0-9.-]{1,8}$/), tie('node'), { noNullPrototype: true })
      )
    })).node
    fc.assert(
      fc.property(value, (data) => {
        const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data }
        const text = toYaml(object)
        expect(documentOf(text)).toEqual({ object, source: text })
      })
    )
  })
})
