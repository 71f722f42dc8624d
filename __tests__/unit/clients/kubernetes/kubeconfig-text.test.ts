import { describe, expect, test } from '@jest/globals'
import { kubeconfigText } from '../../../../src/clients/kubernetes/kubeconfig-text.ts'

const json = '{"apiVersion":"v1","kind":"Config","users":[{"name":"a","user":{"token":"ä-token"}}]}'
const block = 'apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: a-token\n'
/** How many bytes end within a character. */
const cut = json.indexOf('ä') + 1
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('the text of the input kubeconfig', () => {
  test.each([
    ['JSON on one line', json],
    ['flow YAML on one line', '{apiVersion: v1, kind: Config, users: []}'],
    ['block YAML', block],
    ['an end that is cut off', json.slice(0, 70)],
    ['no apiVersion', 'users:\n- name: a\n'],
    ['one line that is not a mapping', 'apiVersion: v1 kind: Config']
  ])('is used unchanged with %s', (_what, text) => {
    expect(kubeconfigText(text)).toBe(text)
  })

  test.each([
    ['in one line', base64(json), json],
    ['in several lines', base64(json).replace(/.{20}/g, '$&\n'), json],
    ['with a line break at its end', `${base64(block)}\n`, block],
    ['for URLs', Buffer.from(json).toString('base64url'), json],
    ['of base64', base64(base64(json)), json],
    ['of base64 in several lines', base64(`${base64(json).replace(/.{20}/g, '$&\n')}\n`), json],
    ['that is cut off', base64(block).slice(0, 41), block.slice(0, 30)],
    ['that is cut off within a character', base64(json).slice(0, Math.ceil((cut * 4) / 3)), json.slice(0, cut - 1)]
  ])('is decoded from base64 %s', (_how, value, text) => {
    expect(kubeconfigText(value)).toBe(text)
  })
})

test.each([
  '/home/runner/.kube/config',
  '/home/runner/work/_temp/a',
  '/a:/b/c',
  'kubeconfig',
  'config',
  'kube/config',
  '/home/runner/config\n',
  '',
  ':'
])('takes %j for a path, not for base64', (value) => {
  expect(kubeconfigText(value)).toBeUndefined()
})
