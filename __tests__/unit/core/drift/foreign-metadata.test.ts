import { describe, expect, test } from '@jest/globals'
import { foreignMetadataNote } from '../../../../src/core/drift/foreign-metadata.ts'
import type { Path } from '../../../../src/core/kubernetes/field-path.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { changed, renderedObject } from './objects.ts'
import { ownedBy, placesOf } from './owners.ts'

const redis = renderedObject('StatefulSet')
const ours = { manager: 'redis-cache-action', operation: 'Apply' } as const
const applied = ownedBy(redis, ours, ...placesOf({ spec: redis['spec'] }))

/** The object where kubectl patch added a value. */
function added(path: readonly string[], value: unknown, place: Path): KubernetesObject {
  return ownedBy(changed(applied, path, value), { manager: 'kubectl-patch' }, place)
}

describe('labels and annotations of other managers', () => {
  test('are told, with their managers', () => {
    const labelled = added(['metadata', 'annotations'], { 'team.example/owner': 'x' }, [
      'metadata',
      'annotations',
      'team.example/owner'
    ])
    expect(foreignMetadataNote(redis, labelled)).toBe(
      'StatefulSet/redis has labels or annotations that other clients added and that are not rendered: ' +
        '.metadata.annotations.team.example/owner (kubectl-patch).'
    )
  })

  test('are not told where they are ours, of nobody, or the bookkeeping of kubectl', () => {
    const key = 'kubectl.kubernetes.io/last-applied-configuration'
    expect(foreignMetadataNote(redis, applied)).toBeUndefined()
    expect(foreignMetadataNote(redis, changed(applied, ['metadata', 'annotations'], { a: 'b' }))).toBeUndefined()
    const after = added(['metadata', 'annotations'], { [key]: '{}' }, ['metadata', 'annotations', key])
    expect(foreignMetadataNote(redis, after)).toBeUndefined()
  })
})
