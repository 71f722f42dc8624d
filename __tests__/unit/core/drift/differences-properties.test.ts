import { describe, expect, test } from '@jest/globals'
import { differencesOf } from '../../../../src/core/drift/differences.ts'
import { at, type KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import fc from '../../../support/fast-check.ts'
import { changed, mapPaths, rendered, scalarPaths } from './objects.ts'

type Place = { object: KubernetesObject; path: readonly (string | number)[] }

/** Where another field says something: what no server fills in. */
const closed = /elector|matchLabels|env,\d+$|volumeMounts,\d+$/
const open = rendered.flatMap((object): Place[] =>
  mapPaths(object)
    .filter((path) => object.kind !== 'NetworkPolicy' && !closed.test(path.join(',')))
    .map((path) => ({ object, path }))
)
/** Every value that the manifests of the action set, but for the name of the object. */
const values = rendered.flatMap((object): Place[] =>
  scalarPaths(object)
    .filter(([field, second]) => field !== 'kind' && field !== 'apiVersion' && second !== 'name')
    .map((path) => ({ object, path }))
)
const show = ({ object, path }: Place) => `${object.kind}/${object.metadata.name} ${path.join('.')}`

const other = (value: unknown) =>
  typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${String(value)}x`

describe('a live object', () => {
  test.each(rendered.map((object) => [object.kind, object] as const))(
    'does not differ from itself: %s',
    (_, object) => {
      expect(differencesOf(object, object)).toEqual([])
    }
  )

  test('does not differ where it only has additional fields', () => {
    const extra = fc.record({
      place: fc.constantFrom(...open),
      field: fc.string({ minLength: 1 }).map((name) => `x-${name}`),
      value: fc.jsonValue()
    })
    fc.assert(
      fc.property(fc.array(extra, { minLength: 1, maxLength: 20 }), (extras) => {
        for (const object of rendered) {
          const live = extras
            .filter(({ place }) => place.object === object)
            .reduce((copy, { place, field, value }) => changed(copy, [...place.path, field], value), object)
          expect(differencesOf(object, live)).toEqual([])
        }
      })
    )
  })

  test('differs wherever a value is changed', () => {
    expect(values.length).toBeGreaterThan(100)
    const silent = values.filter(({ object, path }) => {
      const live = changed(object, path, other(at(object, ...path)))
      return differencesOf(object, live).length === 0
    })
    expect(silent.map(show)).toEqual([])
  })

  test('differs wherever a value is removed', () => {
    const silent = values.filter(
      ({ object, path }) => differencesOf(object, changed(object, path, undefined)).length === 0
    )
    expect(silent.map(show)).toEqual([])
  })

  test.each(['valueOf', 'constructor', '__proto__'])(
    'differs by a key named %s, which every JavaScript object inherits',
    (key) => {
      const object = (content: string) =>
        JSON.parse(`{"kind":"Anything","metadata":{"name":"a"},"spec":{${content}}}`) as KubernetesObject
      expect(differencesOf(object(`"${key}":{"a":1}`), object(`"${key}":{"a":1}`))).toEqual([])
      expect(differencesOf(object(`"${key}":{"a":1}`), object(''))).toHaveLength(1)
      expect(differencesOf(object(`"${key}":{"a":null}`), object(`"${key}":{"a":1}`))).toEqual([])
    }
  )

  test('of any shape is compared without an error and does not differ from itself', () => {
    const metadata = { name: 'a' }
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (content, live) => {
        const object = { ...content, apiVersion: 'v1', kind: 'Anything', metadata }
        expect(differencesOf(object, structuredClone(object))).toEqual([])
        expect(Array.isArray(differencesOf(object, { ...Object(live), ...object, spec: live }))).toBe(true)
      })
    )
  })
})
