import { describe, expect, test } from '@jest/globals'
import { withoutKubectlFields } from '../../../../src/phases/apply/kubectl-migration.ts'

/** @param fields of the spec; none of it without any */
const entry = (manager: string, operation: string, fields: object) => ({
  manager,
  operation,
  fieldsV1: Object.keys(fields).length === 0 ? {} : { 'f:spec': fields }
})
const theirs = (fields: object) => entry('kubectl-client-side-apply', 'Update', fields)
const ours = (fields: object) => entry('redis-cache-action', 'Apply', fields)

/** What stays of a spec. */
function left(spec: object, ...managedFields: object[]): unknown {
  const metadata = { name: 'x', managedFields }
  return withoutKubectlFields({ apiVersion: 'v1', kind: 'Any', metadata, spec })['spec']
}

describe('a field that only kubectl apply owns', () => {
  test.each([
    ['a field', { a: 1, b: 2 }, { 'f:a': {}, 'f:b': {} }, { 'f:b': {} }, { b: 2 }],
    [
      'a field, and what it was in alone',
      { a: { b: { c: 1 } }, d: 2 },
      { 'f:a': { 'f:b': { 'f:c': {} } } },
      {},
      { d: 2 }
    ],
    [
      'a map as a whole, with what nobody owns in it',
      { a: { b: 1, defaulted: 2 }, d: 2 },
      { 'f:a': { '.': {}, 'f:b': {} } },
      {},
      { d: 2 }
    ],
    [
      'an item of a list, with its defaults',
      { list: [{ name: 'a', pull: 'Always' }, { name: 'b' }] },
      { 'f:list': { 'k:{"name":"a"}': { '.': {}, 'f:name': {} }, 'k:{"name":"b"}': { '.': {}, 'f:name': {} } } },
      { 'f:list': { 'k:{"name":"b"}': { '.': {}, 'f:name': {} } } },
      { list: [{ name: 'b' }] }
    ],
    [
      'a field of an item that we own',
      { list: [{ port: 1, protocol: 'TCP', name: 'x' }] },
      { 'f:list': { '.': {}, 'k:{"port":1,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } } },
      { 'f:list': { 'k:{"port":1,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
      { list: [{ port: 1, protocol: 'TCP' }] }
    ],
    [
      'an item of a set',
      { set: ['a', 'b'] },
      { 'f:set': { 'v:"a"': {}, 'v:"b"': {} } },
      { 'f:set': { 'v:"b"': {} } },
      { set: ['b'] }
    ]
  ])('is removed if it is not rendered: %s', (_, spec, going, staying, expected) => {
    expect(left(spec, theirs(going), ours(staying))).toEqual(expected)
  })
})

describe('a field that is not rendered', () => {
  const spec = { a: { b: 1 }, list: ['x'] }

  test('is kept if it has no owner', () => {
    expect(left(spec, theirs({}))).toEqual(spec)
  })

  test('is kept if we own it, as a whole or in part', () => {
    expect(left(spec, theirs({ 'f:a': { 'f:b': {} }, 'f:list': {} }), ours({ 'f:a': {}, 'f:list': {} }))).toEqual(spec)
  })

  test('is kept if another manager owns it', () => {
    expect(
      left(spec, theirs({ 'f:a': { '.': {}, 'f:b': {} } }), entry('helm', 'Update', { 'f:a': { 'f:b': {} } }))
    ).toEqual(spec)
  })

  test('is kept if kubectl owns it by another command than apply', () => {
    expect(left(spec, entry('kubectl-edit', 'Update', { 'f:a': {} }))).toEqual(spec)
  })
})
