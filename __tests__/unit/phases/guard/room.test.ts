import { expect, test } from '@jest/globals'
import type { GuardFacts } from '../../../../src/phases/guard/facts.ts'
import { roomNote } from '../../../../src/phases/guard/room.ts'

const running = { bytes: 60 * 1024 ** 2, appendedBytes: 50 * 1024 ** 2 } as GuardFacts['running']
const claims = (storage: string) => [
  {
    name: 'data-redis-0',
    object: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data-redis-0' },
      status: { capacity: { storage } }
    }
  }
]
const preparation = { kind: 'append-only' as const, because: 'it restarts', hint: 'switch it on' }

test('a volume that is too small for what is about to be written is told, with the numbers', () => {
  expect(roomNote({ claims: claims('100Mi'), running }, [preparation])).toBe(
    'The volume of claim data-redis-0 may be too small for what redis-0 writes now: about 110 MiB of 100 MiB.'
  )
})

test.each([
  ['that has room', claims('1Gi'), [preparation]],
  ['on which nothing is written', claims('100Mi'), []],
  ['whose claim must not be read', [], [preparation]]
])('nothing is told of a volume %s', (_, some, preparations) => {
  expect(roomNote({ claims: some, running }, preparations)).toBeUndefined()
})
