import { describe, expect, test } from '@jest/globals'
import { Deadline } from '../../../../src/core/deadline.ts'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import type { Check } from '../../../../src/core/result.ts'
import { proveService } from '../../../../src/phases/probe/service.ts'

const pod: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'redis-0', uid: 'u-0' },
  status: { podIPs: [{ ip: '10.244.0.5' }] }
}

const slice = (...names: string[]): KubernetesObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'redis-x' },
  addressType: 'IPv4',
  endpoints: names.map((name) => ({
    addresses: [name === 'redis-0' ? '10.244.0.5' : '10.244.0.9'],
    targetRef: { kind: 'Pod', name, uid: name === 'redis-0' ? 'u-0' : 'u-1' }
  })),
  ports: [{ port: 6379 }]
})

/** Proves it in a cluster that answers by the time of the run, in milliseconds. */
async function proving(answer: (time: number) => KubernetesObject[], timeout = 60_000) {
  let time = 0
  const clock = {
    now: () => time,
    sleep: async (milliseconds: number) => {
      time += milliseconds
    }
  }
  const checks: Check[] = []
  const notes: string[] = []
  const outcome: unknown = await proveService(
    { namespace: 'team', service: 'redis', port: 6379, pod },
    new Deadline(clock, timeout),
    {
      cluster: { listEndpointSlices: async () => answer(time) },
      toFailure: (error) => (error instanceof Failure ? error : new Failure('internal', String(error), 'report it')),
      checked: (check) => void checks.push(check),
      note: (sentence) => void notes.push(sentence),
      clock,
      signal: new AbortController().signal,
      log: () => undefined
    }
  ).catch((error: unknown) => error)
  return { outcome, checks, notes, time }
}

describe('where a Service leads', () => {
  test('is proven at once where it is right', async () => {
    const { checks, time } = await proving(() => [slice('redis-0')])
    expect(checks).toEqual([
      { name: 'Service/redis', passed: true, detail: 'leads to redis-0 alone, at 10.244.0.5, port 6379' }
    ])
    expect(time).toBe(0)
  })

  test('may follow the readiness of the pod a moment later', async () => {
    const { checks, time } = await proving((now) => [now < 2_000 ? slice() : slice('redis-0')])
    expect(checks.map(({ passed }) => passed)).toEqual([true])
    expect(time).toBe(2_000)
  })

  test('is final after a few seconds, whatever changes in what is wrong', async () => {
    const { outcome, checks, time } = await proving((now) => [now < 2_000 ? slice() : slice('redis-0', 'shop-0')])
    expect(outcome).toMatchObject({
      code: 'service-mismatch',
      message: expect.stringMatching(/Pod shop-0.* \(seen for 5\.0 s\)$/)
    })
    expect(checks.map(({ passed }) => passed)).toEqual([false])
    expect(time).toBe(5_000)
  })

  test('is final at the deadline', async () => {
    const { outcome, time } = await proving(() => [], 1_000)
    expect(outcome).toMatchObject({ code: 'service-mismatch' })
    expect(time).toBe(1_000)
  })

  test('cannot be told without the right: a note, and no check', async () => {
    const { outcome, checks, notes } = await proving(() => {
      throw new Failure('forbidden', 'cannot list', 'give it the rule')
    })
    expect(outcome).toBe('Service/redis was not checked')
    expect(notes).toEqual(['Whether Service/redis leads to redis-0 alone was not checked: give it the rule'])
    expect(checks).toEqual([])
  })

  test('cannot be told by a server that fails: that failure', async () => {
    const { outcome } = await proving(() => {
      throw new Failure('cluster-unreachable', 'away', 'wait')
    })
    expect(outcome).toMatchObject({ code: 'cluster-unreachable' })
  })
})
