import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../../src/core/failure.ts'
import { problemSince } from '../../../../../src/phases/secret/sync/sync-problem.ts'
import { externalSecret, failed, failure, storeEvent, synced } from '../sync-shapes.ts'

const words = 'error processing spec.data[0] (key: hospital-erp/redis), err: Secret does not exist'
const other = 'error processing spec.data[0] (key: hospital-erp/redis), err: key host does not exist in secret x'
const before = externalSecret({ ready: synced, version: '2-a' })
const now = externalSecret({ ready: failed, version: '2-a' })
const reports = (...events: ReturnType<typeof failure>[]) => ({ events, refusal: undefined })

describe('a failure after a forced sync', () => {
  const since = (start: ReturnType<typeof failure>[], events: ReturnType<typeof failure>[], object = before) =>
    problemSince({ object: before, failures: start }, object, reports(...events), 'team')

  test('is recognised by a new event', () => {
    expect(since([], [failure(words)])?.sentence).toMatch(/has no secret/)
  })

  test('is recognised by a repeated event', () => {
    const again = failure(words, { count: 5 })
    expect(since([failure(words, { count: 4 })], [again])?.sentence).toMatch(/has no secret/)
    expect(since([again], [again])).toBeUndefined()
  })

  test('is recognised by a repeated event of the newer events API', () => {
    const series = (count: number) => failure(words, { count: undefined, series: { count } })
    expect(since([series(2)], [series(3)])?.sentence).toMatch(/has no secret/)
    expect(since([series(2)], [series(2)])).toBeUndefined()
  })

  test('is explained by the newest event', () => {
    const newer = failure(words, { lastTimestamp: '2026-11-23T08:15:42Z' }, 'e2')
    expect(since([], [newer, failure(other)])?.sentence).toMatch(/has no secret/)
    const newest = failure(other, { lastTimestamp: null, eventTime: '2026-11-23T08:15:43.000000Z' }, 'e3')
    expect(since([], [newest, newer])?.sentence).toMatch(/has no property host/)
  })

  test('is not an event from before', () => {
    expect(since([failure(words)], [failure(words)])).toBeUndefined()
  })

  test('is not an event of an earlier ExternalSecret of the same name', () => {
    const involvedObject = { kind: 'ExternalSecret', name: 'redis-credentials', uid: 'another' }
    expect(since([], [failure(words, { involvedObject })])).toBeUndefined()
  })

  test('is not an event of a success', () => {
    expect(since([], [failure('secret updated', { reason: 'Updated', type: 'Normal' })])).toBeUndefined()
  })

  test('is a condition that became False without an event, with a longer tolerance', () => {
    expect(since([], [], now)).toMatchObject({
      sentence: 'could not get secret data from provider',
      toleranceMilliseconds: 10_000
    })
  })

  test('is not a condition that was False before', () => {
    expect(
      problemSince({ object: now, failures: [failure(words)] }, now, reports(failure(words)), 'team')
    ).toBeUndefined()
  })

  test('is recognised by the condition alone where events must not be listed, with the missing permission', () => {
    const refusal = new Failure('forbidden', 'cannot list events in namespace team: forbidden', 'give the rule')
    const problem = problemSince({ object: before, failures: [] }, now, { events: [], refusal }, 'team')
    expect(problem).toEqual({
      sentence:
        'could not get secret data from provider; its events would explain why: cannot list events in namespace team: forbidden',
      hint: 'give the rule',
      toleranceMilliseconds: 3_000
    })
  })
})

test('reports the newest warning of a store that is not ready', () => {
  const notReady = failure('error processing spec.data[0] (key: a), err: SecretStore "aws" is not ready')
  const spec = { secretStoreRef: { name: 'aws' } }
  const object = externalSecret({ ready: failed, spec })
  const events = [
    storeEvent('SecretStore', 'aws', 'the newer', { lastTimestamp: '2026-11-23T08:15:42Z' }),
    storeEvent('SecretStore', 'aws', 'the older'),
    storeEvent('SecretStore', 'aws', 'store validated', { type: 'Normal', lastTimestamp: '2026-11-23T08:15:43Z' }),
    storeEvent('SecretStore', 'other', 'of another'),
    storeEvent('ClusterSecretStore', 'aws', 'of another kind'),
    notReady
  ]
  const problem = problemSince({ object: externalSecret({ spec }), failures: [] }, object, reports(...events), 'team')
  expect(problem?.sentence).toBe('SecretStore/aws is not ready: the newer')
})
