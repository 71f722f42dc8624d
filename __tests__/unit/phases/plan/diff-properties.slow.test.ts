import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { objectDiff, unified } from '../../../../src/phases/plan/diff.ts'
import { diffLines } from '../../../../src/phases/plan/diff-lines.ts'
import { redactedTreeOf } from '../../../../src/phases/plan/redacted-tree.ts'
import { expectNoSecret } from '../../../support/captured.ts'
import fc from '../../../support/fast-check.ts'

const object = (kind: string, rest: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x' },
  ...rest
})

/** Text of which YAML would make something else if nobody quoted it, without white space where it would not be seen. */
const text = fc
  .string({
    unit: fc.constantFrom('a', 'Z', '1', '0', '.', ':', '#', '-', '"', "'", '{', '*', ' ', '\n'),
    maxLength: 12
  })
  .map((characters) => characters.replace(/^ +| +$/gm, ''))
const values = fc.letrec((tie) => ({
  scalar: fc.oneof(text, fc.integer(), fc.boolean(), fc.constantFrom('yes', 'null', '1e3', '0440', '~', '12:30')),
  map: fc.dictionary(fc.constantFrom('a', 'b', 'c d', 'x.y/z', 'yes', '1', '#', ''), tie('any'), { maxKeys: 4 }),
  any: fc.oneof({ maxDepth: 4 }, tie('scalar'), tie('map'), fc.array(tie('any'), { maxLength: 4 }))
}))

test('a full diff contains both states', () => {
  fc.assert(
    fc.property(values.map, values.map, (before, after) => {
      const pair = { before: redactedTreeOf(before, 'Thing'), after: redactedTreeOf(after, 'Thing') }
      const lines = unified(diffLines(pair), 'x', Number.POSITIVE_INFINITY).split('\n').slice(1)
      const side = (mark: string) => {
        const own = lines.filter((line) => line.startsWith(mark) || line.startsWith(' '))
        return parse(own.map((line) => `${line.slice(1)}\n`).join(''), { version: '1.1' }) ?? {}
      }
      if (lines.length === 0) expect(before).toEqual(after)
      else expect([side('-'), side('+')]).toEqual([before, after])
    }),
    { numRuns: 300 }
  )
})

test('one changed value is shown as it was and as it would be', () => {
  const value = fc.oneof(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), fc.integer(), fc.boolean())
  fc.assert(
    fc.property(values.map, fc.tuple(value, value), ({ ...rest }, [before, after]) => {
      fc.pre(before !== after)
      const [old, next] = [before, after].map((changed) => object('Thing', { spec: { rest, here: { changed } } }))
      const lines = objectDiff(old, next).split('\n')
      expect(lines.filter((line) => line.startsWith('@@'))).toEqual(['@@ spec.here @@'])
      expect(lines.filter((line) => line.startsWith('-    changed: '))).toHaveLength(1)
      expect(lines.filter((line) => line.startsWith('+    changed: '))).toHaveLength(1)
      expect(lines.filter((line) => /^[+-]/.test(line))).toHaveLength(2)
    })
  )
})

test('any object is equal to itself', () => {
  fc.assert(
    fc.property(fc.constantFrom('Thing', 'Secret', 'ConfigMap'), fc.jsonValue(), fc.jsonValue(), (kind, spec, data) => {
      const one = object(kind, { spec, data })
      expect(objectDiff(one, structuredClone(one))).toBe('')
      expect(objectDiff(one, structuredClone(one), object(kind, { spec: data, data: spec }))).toBe('')
    })
  )
})

test('items with a name may be in any order', () => {
  const items = fc
    .uniqueArray(fc.string(), { minLength: 1 })
    .chain((names) => fc.tuple(...names.map((name) => values.any.map((rest) => ({ name, rest })))))
  const orders = items.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))
  )
  fc.assert(
    fc.property(fc.constantFrom('containers', 'env', 'volumes'), orders, (field, [before, after]) => {
      const [old, next] = [before, after].map((list) => object('Thing', { spec: { [field]: list } }))
      expect(objectDiff(old, next)).toBe('')
    })
  )
})

test('a diff of any two objects has only marked lines and no workflow command', () => {
  const hostile = fc.oneof(
    fc.jsonValue(),
    fc.string({
      unit: fc.constantFrom('\n', '\r', '\u2028', '\u001b[2K', ':', '::error::', '##[group]', ' ', 'a', '-')
    })
  )
  fc.assert(
    fc.property(hostile, hostile, fc.string(), (before, after, key) => {
      const [old, next] = [before, after].map((value) => object('Thing', { spec: { [key]: value }, list: [value] }))
      for (const diff of [objectDiff(old, next), objectDiff(undefined, next), objectDiff(old, undefined, next)]) {
        for (const line of diff === '' ? [] : diff.split('\n')) {
          expect(line).toMatch(/^[ +@…-]/)
          expect(line).not.toMatch(/^\s*::|##\[|[\p{Cc}--\t]/v)
        }
      }
    })
  )
})

const blocks = fc.array(
  fc.tuple(
    fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'), minLength: 2, maxLength: 4 }),
    fc.constantFrom('', ...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')
  ),
  { minLength: 4, maxLength: 8 }
)
/** Passwords that cannot be found anywhere by chance. */
const password = blocks.map((parts) => parts.flat().join('')).filter((secret) => secret.length >= 12)

/** Where a password may stand. */
const places: Record<string, (secret: string) => KubernetesObject> = {
  'a Secret': (secret) => object('Secret', { data: { a: Buffer.from(secret).toString('base64') } }),
  'a Secret as text': (secret) => object('Secret', { stringData: { a: secret, b: { c: secret } } }),
  'a variable': (value) =>
    object('Pod', { spec: { containers: [{ name: 'a', env: [{ name: 'DB_PASSWORD', value }] }] } }),
  'a URL': (secret) =>
    object('Pod', { spec: { containers: [{ name: 'a', env: [{ name: 'A', value: `redis://u:${secret}@h` }] }] } }),
  'a URL without a user': (secret) =>
    object('Thing', { metadata: { name: 'x', annotations: { a: `see redis://:${secret}@h/0` } } }),
  'a redis.conf': (secret) =>
    object('ConfigMap', { data: { 'redis.conf': `port 1\n  requirepass ${secret}\nmasterauth "${secret}"\n` } }),
  'a list of users': (secret) =>
    object('ConfigMap', { data: { 'redis.conf': `port 1\nuser default on ${quoted(`>${secret}`)} ~* +@all\n` } }),
  'a block': (secret) => object('ConfigMap', { data: { 'a.yaml': `a: b\npassword: |\n  ${secret}\n` } }),
  properties: (secret) => object('ConfigMap', { data: { 'a.properties': `a=b\nredis.password=${secret}\n` } }),
  'a file': (secret) =>
    object('ConfigMap', { data: { 'token.txt': secret }, binaryData: { a: Buffer.from(secret).toString('base64') } }),
  arguments: (secret) =>
    object('Pod', { spec: { containers: [{ name: 'a', args: ['--requirepass', secret, '-a', secret] }] } }),
  'a command': (secret) =>
    object('Pod', {
      spec: {
        containers: [{ name: 'a', command: ['sh', '-c', `x\nredis-cli -a '${secret.replaceAll("'", '')}' ping`] }]
      }
    }),
  'a mark': (secret) =>
    object('Thing', { metadata: { name: 'x', annotations: { 'redis-cache-action/password': secret } } })
}

/** As Redis reads it: quoted, with what has a meaning in quotes escaped. */
function quoted(rule: string): string {
  return JSON.stringify(rule)
}

test.each(Object.entries(places))('a password in %s is never shown, not even in part', (_, place) => {
  fc.assert(
    fc.property(password, password, fc.boolean(), (old, next, isSame) => {
      const [before, after] = [place(old), place(isSame ? old : next)]
      const diffs = [objectDiff(before, after), objectDiff(undefined, after, after), objectDiff(before, undefined)]
      for (const secret of [old, next]) {
        const parts = Array.from({ length: secret.length - 5 }, (_, index) => secret.slice(index, index + 6))
        expectNoSecret(diffs.join('\n'), [secret, ...parts])
      }
      // It is told that it changed, all the same.
      expect(diffs[0] === '').toBe(isSame || old === next)
    })
  )
})
