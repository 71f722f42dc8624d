import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { redactLines } from '../../../../src/core/redact/redact-line.ts'
import { promptly } from '../../../support/promptly.ts'

const secret = randomBytes(9).toString('base64url')
/** What a reader sees of a text. */
const seen = (text: string) =>
  redactLines(text.replaceAll('§', secret).split('\n'))
    .map((line) => line.text)
    .join('\n')

describe('a credential on the lines below its name', () => {
  test.each<[string, string, string]>([
    ['a block', 'password: |\n  §\n  § §\nuser: x', 'password: |\n  ***\n  ***\nuser: x'],
    ['a block with a mark', 'token: >2-\n    §: x\nuser: x', 'token: >2-\n    ***\nuser: x'],
    [
      'a block that looks like YAML',
      'a:\n  secret: |\n    §: b\n\n    # §\n  b: c',
      'a:\n  secret: |\n    ***\n\n    ***\n  b: c'
    ],
    ['a value on the next line', 'password:\n  §\nuser: x', 'password:\n  ***\nuser: x'],
    ['a quoted value on several lines', 'password: "§\n  §"\nuser: x', 'password: ***\n  ***\nuser: x'],
    [
      'in an item of a list',
      '- user: x\n  password: |\n    §\n- user: y',
      '- user: x\n  password: |\n    ***\n- user: y'
    ],
    ['first in an item', '- password: |\n    §\n  user: y', '- password: |\n    ***\n  user: y'],
    ['a list', 'tokens:\n  - §\n  - "§"\nb: c', 'tokens:\n  ***\n  ***\nb: c'],
    ['a list in the column of its key', 'tokens:\n- §\n- §\nb: c', 'tokens:\n***\n***\nb: c'],
    [
      'a list of JSON',
      '{\n  "tokens": [\n    "§",\n    "§"\n  ],\n  "b": 1',
      '{\n  "tokens": [\n    ***\n    ***\n  ],\n  "b": 1'
    ],
    ['a list on one line', 'tokens: [§]', 'tokens: ***'],
    [
      'a variable',
      '- name: REDIS_PASSWORD\n  value: §\n- name: A\n  value: b',
      '- name: REDIS_PASSWORD\n  value: ***\n- name: A\n  value: b'
    ],
    ['a variable in JSON', '"name": "DB_KEY",\n"value": "§"', '"name": "DB_KEY",\n"value": ***'],
    [
      'a variable with a block',
      '- name: "JWT"\n  value: |\n    §\n- name: A',
      '- name: "JWT"\n  value: |\n    ***\n- name: A'
    ],
    ['a key and its value', 'key: password\nvalue: §', 'key: password\nvalue: ***'],
    ['a variable in capitals', 'DB_KEY: |-\n  §', 'DB_KEY: |-\n  ***']
  ])('is replaced by ***: %s', (_, text, expected) => {
    expect(seen(text)).toBe(expected)
    expect(redactLines(text.split('\n'))).toHaveLength(text.split('\n').length)
  })

  test('is replaced by marks that tell two credentials apart', () => {
    const hidden = (value: string) => redactLines(['password: |', `  ${value}`])[1]?.hidden
    expect(hidden('a')).not.toBe(hidden('b'))
  })
})

describe('text without a credential name', () => {
  test.each([
    ['a map of settings', 'auth:\n  # Who may come in.\n  enabled: true\n  users:\n    - name: a\n      role: b'],
    ['a list of maps', 'secrets:\n  - name: a\n    namespace: b'],
    ['a reference', 'valueFrom:\n  secretKeyRef:\n    name: redis\n    key: password\n    optional: false'],
    ['the name of a Secret', 'secretName:\n  a\nimagePullSecrets:\n  - a'],
    [
      'a variable with a reference',
      '- name: PASSWORD\n  valueFrom:\n    secretKeyRef:\n      key: a\n- name: A\n  value: b'
    ],
    ['a value of another variable', '- name: PASSWORD\n- name: A\n  value: b\n- value: c'],
    ['a toleration', '- key: pool\n  operator: Equal\n  value: cache'],
    ['a map of JSON', '"auth": {\n  "enabled": true\n},\n"b": [\n  "c"\n]'],
    ['a block of another key', 'script: |\n  a\n  b\n'],
    ['what follows a block', 'password: ""\nb:\n  c'],
    ['a configuration of Redis', 'port 6379\n# The password comes from a file.\ninclude /run/auth.conf\n']
  ])('is shown unchanged: %s', (_, text) => {
    expect(seen(text)).toBe(text)
  })
})

describe('a text of 250 kB is read once', () => {
  test.each([
    ' ',
    '-',
    '- ',
    '- a',
    'password:\n  a\n',
    'password: |\n\n',
    '- name: PASSWORD\n',
    'name: ',
    '" : "',
    'a:',
    'name=a,value',
    'AUTH ',
    '--a-token',
    '"--token", ',
    'user a ',
    'user a\t\t',
    '_KEY',
    'a/',
    'image:',
    'a/b:1',
    'redis-cli auth '
  ])('of %j', (part) => {
    const long = part.repeat(250_000 / part.length)
    for (const text of [long, `${long}:`, `redis-cli${long}x`, `password: |\n ${long}`]) {
      expect(promptly(() => redactLines(text.split('\n'))).length).toBe(text.split('\n').length)
    }
  })
})
