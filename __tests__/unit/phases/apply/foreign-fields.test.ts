import { describe, expect, test } from '@jest/globals'
import { type Path, type PathStep, pathText } from '../../../../src/core/kubernetes/field-path.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { foreignFieldsFailure } from '../../../../src/phases/apply/foreign-fields.ts'
import { changed, renderedObject } from '../../core/drift/objects.ts'
import { ownedBy, placesOf } from '../../core/drift/owners.ts'

const redis = renderedObject('StatefulSet')
const ours = { manager: 'redis-cache-action', operation: 'Apply' } as const
const applied = ownedBy(redis, ours, ...placesOf({ spec: redis['spec'] }))
const pod = ['spec', 'template', 'spec'] as const
const containers = [...pod, 'containers'] as const

/** What the server would store after our apply where somebody added a field. */
function added(
  path: readonly (string | number)[],
  value: unknown,
  place: readonly PathStep[] = path,
  manager = 'kubectl-patch'
): KubernetesObject {
  return ownedBy(changed(applied, path, value), { manager }, place as Path)
}
const failureOf = (after: KubernetesObject, rendered = redis) => foreignFieldsFailure(rendered, after, after, 'team')

test('a label of another manager is no such field', () => {
  const labelled = added(['metadata', 'labels', 'team'], 'erp', ['metadata', 'labels', 'team'])
  expect(failureOf(labelled)).toBeUndefined()
})

describe('a field that another manager added to our object', () => {
  test.each<[string, KubernetesObject, string]>([
    [
      'a container',
      added([...containers, 2], { name: 'intruder', image: 'busybox' }, [...containers, { name: 'intruder' }]),
      pathText([...containers, { name: 'intruder' }])
    ],
    [
      'an init container',
      added([...pod, 'initContainers'], [{ name: 'first', image: 'busybox' }]),
      pathText([...pod, 'initContainers'])
    ],
    ['the network of the node', added([...pod, 'hostNetwork'], true), pathText([...pod, 'hostNetwork'])],
    [
      'variables',
      added(
        [...containers, 0, 'envFrom'],
        [{ secretRef: { name: 'x' } }],
        [...containers, { name: 'redis' }, 'envFrom']
      ),
      pathText([...containers, { name: 'redis' }, 'envFrom'])
    ],
    [
      'arguments',
      added([...containers, 1, 'args'], ['--x'], [...containers, { name: 'metrics' }, 'args']),
      pathText([...containers, { name: 'metrics' }, 'args'])
    ]
  ])('fails the deployment, with its manager and the command that removes it: %s', (_, after, field) => {
    expect(failureOf(after)).toMatchObject({
      code: 'config-drift',
      message: expect.stringContaining(`${field} is `),
      hint: expect.stringMatching(/^remove it: `kubectl -n team patch statefulset redis --type=json -p '\[.*\]'`; or /)
    })
    expect(failureOf(after)?.message).toContain('(written by kubectl-patch at 2026-11-23T02:10:00Z)')
  })

  test('is no failure where nobody has it, because the server or admission added it', () => {
    expect(failureOf(changed(applied, [...pod, 'hostNetwork'], true))).toBeUndefined()
    expect(failureOf(changed(applied, [...containers, 2], { name: 'proxy' }))).toBeUndefined()
  })

  test('is no failure where it is a default, or left to autoscalers', () => {
    const unscaled = changed(redis, ['spec', 'replicas'], undefined)
    expect(failureOf(added(['spec', 'replicas'], 3), unscaled)).toBeUndefined()
    expect(failureOf(added([...pod, 'dnsPolicy'], 'ClusterFirst'))).toBeUndefined()
  })

  test('is no failure where a controller wrote it through a subresource', () => {
    const after = ownedBy(
      changed(applied, [...pod, 'hostNetwork'], true),
      { manager: 'some-controller', subresource: 'status' },
      [...pod, 'hostNetwork']
    )
    expect(failureOf(after)).toBeUndefined()
  })

  test('of many names five, and has all of them as evidence', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const after = names.reduce(
      (object, name, index) =>
        ownedBy(changed(object, [...containers, 2 + index], { name }), { manager: 'kubectl-edit' }, [
          ...containers,
          { name }
        ]),
      applied
    )
    const failure = failureOf(after)
    expect(failure?.message).toMatch(/; and 1 more$/)
    expect(failure?.evidence[0]?.text.split('\n')).toHaveLength(6)
  })

  test('shows no credential', () => {
    const after = added([...containers, 0, 'env', 0], { name: 'TOKEN', value: 'hunter2-hunter2' }, [
      ...containers,
      { name: 'redis' },
      'env',
      { name: 'TOKEN' }
    ])
    const bare = changed(redis, [...containers, 0, 'env'], [])
    expect(JSON.stringify({ ...failureOf(after, bare), message: failureOf(after, bare)?.message })).not.toContain(
      'hunter2'
    )
  })
})
