import { describe, expect, test } from '@jest/globals'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { storageNote } from '../../../../src/phases/render/validate-storage.ts'
import { editedManifest } from '../../document-of.ts'
import { type Edit, problemsWith } from './problems-of.ts'

const noteWith = (...edits: Edit[]) => {
  const { redis } = renderedCache(editedManifest(...edits))
  return redis && storageNote(redis)
}
const elsewhere: Edit = ['dir /data', 'dir /tmp']
const inMemory: Edit = ['dir /data', 'dir /run/redis']
const unmounted: Edit = ['            - name: data\n              mountPath: /data\n', '']
const noClaim: Edit = ['  volumeClaimTemplates:\n    - metadata:\n        name: data\n', '  other:\n    - metadata:\n']
const noAppend: Edit = ['appendonly yes', 'appendonly no']
const points: Edit = ['    save 900 1\n    save 300 10\n    save 60 10000\n', '\n']
const noPoints: Edit = ['save 60 10000', 'save ""']
const lost = 'which is lost with the pod'

describe('data that Redis is told to keep, and that go with the pod, are refused:', () => {
  const mount = 'mount a volumeClaimTemplate at /data, or write appendonly no and save "" if nothing is to be kept'

  test.each<[string, Edit[], string]>([
    [
      'a directory beside the claim',
      [elsewhere],
      'StatefulSet/redis: Redis is to keep data (appendonly yes), and its dir /tmp is in the file system of the ' +
        `container, ${lost}: write dir /data, where the claim data is mounted`
    ],
    [
      'an emptyDir beside the claim',
      [inMemory],
      'StatefulSet/redis: Redis is to keep data (appendonly yes), and its dir /run/redis is on an emptyDir, ' +
        `${lost}: write dir /data, where the claim data is mounted`
    ],
    [
      'a claim that is not mounted',
      [unmounted],
      'StatefulSet/redis: Redis is to keep data (appendonly yes), and its dir /data is in the file system of the ' +
        `container, ${lost}: ${mount}`
    ],
    [
      'an emptyDir in the place of the claim',
      [unmounted, noClaim, ['mountPath: /run/redis\n', 'mountPath: /data\n'], noAppend],
      'StatefulSet/redis: Redis is to keep data (save 900 1 300 10 60 10000), and its dir /data is on an emptyDir, ' +
        `${lost}: ${mount}`
    ],
    [
      'the save points that Redis has built in, beside a claim',
      [elsewhere, noAppend, points],
      'StatefulSet/redis: Redis is to keep data (the save points of Redis itself), and its dir /tmp is in the file ' +
        `system of the container, ${lost}: write dir /data, where the claim data is mounted`
    ]
  ])('%s', (_, edits, sentence) => {
    expect(problemsWith(edits)).toEqual([sentence])
  })
})

describe('a Redis is right, and said to keep nothing,', () => {
  const empties = 'so every restart of redis-0 empties it.'

  test.each<[string, Edit[], string]>([
    [
      'that writes nothing',
      [noAppend, noPoints],
      `The cache is not persistent: redis.conf has neither an append-only file nor save points, ${empties}`
    ],
    [
      'that writes nothing, without a claim',
      [unmounted, noClaim, noAppend, noPoints],
      `The cache is not persistent: redis.conf has neither an append-only file nor save points, ${empties}`
    ],
    [
      'that has no claim, and only the save points of Redis itself',
      [unmounted, noClaim, noAppend, points],
      `The cache is not persistent: Redis writes to no volume that outlives its pod, ${empties}`
    ]
  ])('%s', (_, edits, note) => {
    expect(problemsWith(edits)).toEqual([])
    expect(noteWith(...edits)).toBe(note)
  })
})

describe('a Redis is right, and nothing is said of it,', () => {
  test.each<[string, Edit[]]>([
    ['as it is shipped', []],
    ['that writes below its claim', [['dir /data', 'dir /data/redis']]],
    ['that writes snapshots alone', [noAppend]],
    ['whose directory is known when it starts', [elsewhere, ['redis/redis.conf\n', 'redis/redis.conf --dir "$DIR"\n']]],
    [
      'that may read another directory from a file that is not rendered',
      [['dir /data', 'dir /tmp\n    include /x.conf']]
    ]
  ])('%s', (_, edits) => {
    expect(problemsWith(edits)).toEqual([])
  })

  test.each<[string, Edit[]]>([
    ['as it is shipped', []],
    ['that appends alone', [noPoints]],
    [
      'whose arguments are known when it starts',
      [noAppend, noPoints, ['redis/redis.conf\n', 'redis/redis.conf --save "$S"\n']]
    ]
  ])('it keeps its data, or may: %s', (_, edits) => {
    expect(noteWith(...edits)).toBeUndefined()
  })
})
