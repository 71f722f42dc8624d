import { describe, expect, test } from '@jest/globals'
import { access, api, documents, useCluster } from './apply-scene.ts'
import { accessTo, applying } from './applying.ts'
import { namespace } from './rendering.ts'

useCluster(50)

const path = /\/services\/redis$/
const unready = { status: 503, body: { kind: 'Status', status: 'Failure', message: 'apiserver not ready' } }

describe('an API server that disappears during the run', () => {
  test.each([
    ['answers 503', unready],
    ['breaks every connection', 'reset' as const]
  ])('is awaited if it %s for 30 s', async (_, reply) => {
    api.fault({ method: 'PATCH', path, times: 12, reply })
    const { failure, changes } = await applying(access, documents)
    expect(failure).toBeUndefined()
    expect(changes['Service/redis']).toBe('created')
    expect(access.clock.sleeps.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(25_000)
  })

  test('is given up at the deadline if it never returns', async () => {
    using patient = await accessTo(api, 10, 20_000)
    api.fault({ method: 'PATCH', path, times: 1000, reply: unready })
    const { failure } = await applying(patient, documents)
    expect(failure).toMatchObject({ code: 'cluster-unreachable', message: 'the API server fails: apiserver not ready' })
    const waited = patient.clock.sleeps.reduce((sum, delay) => sum + delay, 0)
    // More often than a server that never answered.
    expect(patient.clock.sleeps.length).toBeGreaterThan(3)
    expect(waited).toBeLessThanOrEqual(20_000)
  })
})

test('causes only one creation if the response to an apply is lost', async () => {
  api.fault({ method: 'PATCH', path, reply: 'reset' })
  const { changes } = await applying(access, documents)
  expect(changes['Service/redis']).toBe('created')
  expect(api.read('Service', namespace, 'redis')).toBeDefined()
})

test('is given up after a few seconds if it was never reachable', async () => {
  await api.close()
  const { failure } = await applying(access, documents)
  expect(failure?.code).toBe('cluster-unreachable')
  expect(Math.max(...access.clock.sleeps)).toBeLessThanOrEqual(2_700)
})
