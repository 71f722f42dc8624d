import { describe, expect, test } from '@jest/globals'
import { parseValues } from '../../../../../src/core/manifest.ts'
import {
  kustomization,
  pluginShape,
  rewritten,
  type Shape,
  toPlainYaml
} from '../../../../../src/phases/render/sandbox/fields.ts'
import fc from '../../../../support/fast-check.ts'

/** A kustomization with each text that names something in angle brackets, and what was refused. */
async function written(value: unknown, shape: Shape = kustomization) {
  const refused: string[] = []
  const result = await rewritten(value, shape, '', {
    follow: async (place, field, text) => `<${place} ${field} ${text}>`,
    refuse: (field, problem) => void refused.push(`${field} ${problem}`)
  })
  return { result, refused }
}

describe('the rewritten kustomization', () => {
  test('has every reference replaced', async () => {
    const { result, refused } = await written({
      resources: ['a.yaml', '../b'],
      components: ['c'],
      patches: [{ path: 'd', target: { kind: 'A' } }, { patch: 'not/a/path' }],
      patchesStrategicMerge: ['e'],
      configMapGenerator: [{ name: 'f', files: ['g=h'], envs: ['i'], literals: ['j=k'] }],
      openapi: { path: 'l' },
      transformers: ['m']
    })
    expect(refused).toEqual([])
    expect(result).toEqual({
      resources: ['<resource resources a.yaml>', '<resource resources ../b>'],
      components: ['<directory components c>'],
      patches: [{ path: '<file patches.path d>', target: { kind: 'A' } }, { patch: 'not/a/path' }],
      patchesStrategicMerge: ['<patch patchesStrategicMerge e>'],
      configMapGenerator: [
        {
          name: 'f',
          files: ['<source configMapGenerator.files g=h>'],
          envs: ['<variables configMapGenerator.envs i>'],
          literals: ['j=k']
        }
      ],
      openapi: { path: '<file openapi.path l>' },
      transformers: ['<plugins transformers m>']
    })
  })

  test('keeps everything else', async () => {
    const value = {
      kind: 'Component',
      namePrefix: 'a-',
      images: [{ name: 'b', newTag: '1' }],
      labels: [{ pairs: { c: 'd' }, fields: [{ path: 'e/f' }] }],
      resources: null,
      components: []
    }
    expect(await written(value)).toEqual({ result: value, refused: [] })
  })

  test.each([
    [{ Resources: ['a'] }, 'Resources is not a known field'],
    [{ constructor: ['a'] }, 'constructor is not a known field'],
    [{ patches: [{ Path: 'a' }] }, 'patches.Path is not a known field'],
    [{ helmCharts: [] }, 'helmCharts would run Helm'],
    [{ helmGlobals: {} }, 'helmGlobals would run Helm'],
    [{ resources: 'a' }, 'resources must be a list'],
    [{ resources: { 0: 'a' } }, 'resources must be a list'],
    [{ resources: [['a']] }, 'resources must be a text'],
    [{ resources: [1] }, 'resources must be a text'],
    [{ patches: ['a'] }, 'patches must be a map'],
    [{ openapi: ['a'] }, 'openapi must be a map'],
    [[], ' must be a map'],
    ['resources', ' must be a map']
  ])('is refused: %j', async (value, problem) => {
    expect((await written(value)).refused).toEqual([problem])
  })
})

describe('a kustomize plugin', () => {
  test.each([
    ['builtin', 'PrefixTransformer', true],
    ['builtin', 'HelmChartInflationGenerator', false],
    ['builtin', 'constructor', false],
    ['builtin', undefined, false],
    ['v1', 'PrefixTransformer', false],
    ['example.org/v1', 'Anything', false]
  ])('%s %s is built in: %s', (apiVersion, kind, inside) => {
    expect(pluginShape(apiVersion, kind) !== undefined).toBe(inside)
  })

  test('may refer to files', async () => {
    const shape = pluginShape('builtin', 'PatchTransformer') ?? 'value'
    expect(await written({ kind: 'PatchTransformer', path: 'a' }, shape)).toEqual({
      result: { kind: 'PatchTransformer', path: '<file path a>' },
      refused: []
    })
  })
})

describe('the written YAML', () => {
  test('escapes every character that a parser may take for a line break or does not know', () => {
    expect(toPlainYaml({ 'ä\u0085': '\u2028🙂\n"' })).toBe('{"\\u00e4\\u0085":"\\u2028\\U0001f642\\n\\""}')
  })

  test('is ASCII on one line, and is read back as the same value', () => {
    const value = fc.jsonValue({ maxDepth: 3 }).filter((each) => JSON.stringify(each) !== JSON.stringify(-0))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(value, fc.string({ unit: 'grapheme' }))), (map) => {
        const text = toPlainYaml(map)
        expect(text).toMatch(/^[ -~]*$/)
        expect(parseValues(text, 2)).toEqual([JSON.parse(JSON.stringify(map))])
      })
    )
  })
})
