import { describe, expect, test } from '@jest/globals'
import { removalCommand } from '../../../../src/core/drift/removal.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'

const statefulSet: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'redis', annotations: { 'example.com/a~b': 'x' } },
  spec: {
    template: { spec: { hostNetwork: true, containers: [{ name: 'redis' }, { name: 'other' }, { name: 'third' }] } },
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }]
  }
}
const pod = ['spec', 'template', 'spec'] as const

function operations(command: string | undefined): unknown {
  const [, patch = ''] = /--type=json -p '(.*)'`$/s.exec(command ?? '') ?? []
  return JSON.parse(patch.replaceAll(String.raw`'\''`, "'"))
}

describe('the command that removes', () => {
  test('a field names the object and its path', () => {
    expect(removalCommand(statefulSet, 'team', [[...pod, 'hostNetwork']])).toBe(
      '`kubectl -n team patch statefulset redis --type=json ' +
        `-p '[{"op":"remove","path":"/spec/template/spec/hostNetwork"}]'\``
    )
  })

  test('items of a list tests first that they still stand there, and goes from the end', () => {
    const paths = [
      [...pod, 'containers', { name: 'other' }],
      [...pod, 'containers', { name: 'third' }]
    ]
    expect(operations(removalCommand(statefulSet, 'team', paths))).toEqual([
      { op: 'test', path: '/spec/template/spec/containers/1/name', value: 'other' },
      { op: 'test', path: '/spec/template/spec/containers/2/name', value: 'third' },
      { op: 'remove', path: '/spec/template/spec/containers/2' },
      { op: 'remove', path: '/spec/template/spec/containers/1' }
    ])
  })

  test('goes from the end also where positions have two digits', () => {
    const containers = Array.from({ length: 12 }, (_, index) => ({ name: `c${index}` }))
    const many = { ...statefulSet, spec: { template: { spec: { containers } } } }
    const paths = ['c9', 'c11', 'c10'].map((name) => [...pod, 'containers', { name }])
    const removed = Object(operations(removalCommand(many, 'team', paths))).slice(3)
    expect(removed.map(({ path }: { path: string }) => path.split('/').at(-1))).toEqual(['11', '10', '9'])
  })

  test('an item whose key is nested finds it', () => {
    const path = ['spec', 'volumeClaimTemplates', { 'metadata.name': 'data' }, 'spec']
    expect(operations(removalCommand(statefulSet, 'team', [path]))).toEqual([
      { op: 'test', path: '/spec/volumeClaimTemplates/0/metadata/name', value: 'data' },
      { op: 'remove', path: '/spec/volumeClaimTemplates/0/spec' }
    ])
  })

  test('a key with a slash and a tilde escapes them', () => {
    expect(operations(removalCommand(statefulSet, 'team', [['metadata', 'annotations', 'example.com/a~b']]))).toEqual([
      { op: 'remove', path: '/metadata/annotations/example.com~1a~0b' }
    ])
  })

  test('a name with a quote stays one word of the shell', () => {
    const odd = { ...statefulSet, metadata: { name: 'redis', annotations: { "a'; reboot '": 'x' } } }
    const command = removalCommand(odd, 'team', [['metadata', 'annotations', "a'; reboot '"]])
    expect(command).toContain(String.raw`a'\''; reboot '\''`)
  })

  test('nothing is undefined', () => {
    expect(
      removalCommand(statefulSet, 'team', [
        [...pod, 'hostPID'],
        [...pod, 'containers', { name: 'gone' }]
      ])
    ).toBe(undefined)
  })
})
