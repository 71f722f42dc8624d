import { describe, expect, test } from '@jest/globals'
import {
  dotted,
  generatorSource,
  isInline,
  isKustomizationFile,
  isRemote,
  lineWithoutValue
} from '../../../../../src/phases/render/sandbox/resolve-path.ts'
import fc from '../../../../support/fast-check.ts'

describe('a reference in a kustomization', () => {
  test.each([
    'https://example.org/a.yaml',
    'HTTP://example.org/a.yaml',
    'http:a',
    'ssh://git@example.org/org/repository',
    'git@example.org:org/repository',
    'me-2@example.org/org/repository',
    'github.com/org/repository',
    'GITHUB.com:org/repository',
    'gh:org/repository',
    'git::https://example.org/org/repository',
    '\thttps://example.org/a.yaml'
  ])('is remote: %j', (text) => {
    expect(isRemote(text)).toBe(true)
  })

  test.each([
    'a.yaml',
    './github.com/org/repository',
    '../https://example.org',
    'httpd/base',
    'redis@7.yaml',
    'conf/user@host:port',
    'github.company/base',
    'file:///etc',
    ''
  ])('is local: %j', (text) => {
    expect(isRemote(text)).toBe(false)
  })

  test('is local for every path that the sandbox writes', () => {
    fc.assert(fc.property(fc.string(), (path) => !isRemote(dotted(path)) || path.startsWith('/')))
  })

  test.each([
    ['apiVersion: v1\nkind: A\n', true],
    ['{"kind": "A"}', true],
    [' {}', true],
    ['patch.yaml', false],
    ['kind: A', false]
  ])('%j is an inline document: %s', (text, inline) => {
    expect(isInline(text)).toBe(inline)
  })
})

describe('a file of a generator', () => {
  test.each([
    ['redis.conf', { key: 'redis.conf', path: 'redis.conf' }],
    ['../conf/redis.conf', { key: 'redis.conf', path: '../conf/redis.conf' }],
    ['a=conf/redis.conf', { key: 'a', path: 'conf/redis.conf' }],
    ['=a', { key: '', path: 'a' }],
    ['a=', { key: 'a', path: '' }],
    ['a=b=c', undefined]
  ])('is split into key and path: %j', (text, source) => {
    expect(generatorSource(text)).toEqual(source)
  })
})

describe('a variable without a value in an env file', () => {
  test.each([
    ['A=b\n\n# C\n  # D\r\nE=', undefined],
    ['A=b\n  TOKEN  \nC', 2],
    ['TOKEN', 1],
    ['A=b\r\nTOKEN\r\n', 2]
  ])('is found in %j', (text, line) => {
    expect(lineWithoutValue(text)).toBe(line)
  })
})

test.each([
  ['kustomization.yaml', true],
  ['Kustomization.YAML', true],
  ['kustomization.yml', true],
  ['kustomization', true],
  ['kustomization.json', false],
  ['my-kustomization.yaml', false]
])('recognises %s as a kustomization file: %s', (name, is) => {
  expect(isKustomizationFile(name)).toBe(is)
})
