import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { KubernetesApi } from '../support/kubernetes-api/server.ts'
import { startExporter } from '../support/redis/exporter.ts'
import { startLoading } from '../support/redis/misbehaving.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { until } from '../support/until.ts'
import { podWith, probing } from './probing.ts'

const password = 'pä ss"wort\'#1'
let redis: RedisProcess

const sum = (waits: readonly number[]) => waits.reduce((all, wait) => all + wait, 0)

beforeAll(async () => {
  redis = await startRedis({ config: 'maxmemory 64mb\nsave ""\n', password })
})
afterAll(async () => redis[Symbol.asyncDispose]())

describe('the port-forward to the pod', () => {
  const path = /\/pods\/redis-0\/portforward$/

  test.each([
    [
      'get',
      ' User "ci" cannot get resource "pods/portforward" in API group "" in the namespace "default"',
      ', or give ci this rule in its Role in namespace default: ' +
        '`- {apiGroups: [""], resources: [pods/portforward], resourceNames: ["redis-0"], verbs: [get, create]}`'
    ],
    // An API server of 1.36 gives no reason for its second check.
    ['create', '', ': this requires the right to get and create pods/portforward']
  ])('fails at once if the permission to %s is missing', async (_verb, reason, more) => {
    await using api = await podWith(redis)
    const message = `pods "redis-0" is forbidden:${reason}`
    const body = { kind: 'Status', message: `${message} `, code: 403 }
    api.fault({ path, times: 1000, reply: { status: 403, body } })
    const { failure, open, waits } = await probing(api, password, { role: 'rbac-reader', exporter: true })
    expect(waits).toEqual([])
    expect(failure).toMatchObject({
      code: 'forbidden',
      message: `cannot port-forward to Pod/redis-0 in namespace default: ${message.replace(/:$/, '')}`,
      hint: `grant the Role in manifests/rbac-reader to the identity of the kubeconfig${more}`
    })
    expect(open).toEqual([])
  })

  test('fails at once if the credentials expire meanwhile', async () => {
    await using api = await podWith(redis)
    const body = { kind: 'Status', message: 'Unauthorized', reason: 'Unauthorized', code: 401 }
    api.fault({ path, times: 1000, reply: { status: 401, body } })
    const { failure, waits } = await probing(api, password)
    expect(waits).toEqual([])
    expect(failure).toMatchObject({
      code: 'unauthorized',
      message: 'the API server rejects the credentials of the kubeconfig: Unauthorized'
    })
  })

  test.each<[string, 'reset' | 'hang']>([
    ['is cut once', 'reset'],
    ['does not open once', 'hang']
  ])('is opened again if it %s', async (_situation, reply) => {
    await using api = await podWith(redis)
    api.fault({ path, reply })
    const { failure } = await probing(api, password, { speed: 5 })
    expect(failure).toBeUndefined()
  })

  test('is opened again if it breaks in the middle', async () => {
    await using loading = await startLoading(redis.port, 3)
    await using api = await podWith(loading)
    const { failure } = await probing(api, password, { speed: 4, onLog: () => api.dropForwards() })
    expect(failure).toBeUndefined()
  })

  test('may carry nothing for a while', async () => {
    await using api = await podWith(redis)
    api.silenceForwards()
    const asked = until(() => api.requests.some((request) => path.test(request.path)))
    const speaks = asked.then(() => api.silenceForwards(false))
    const { failure } = await probing(api, password, { speed: 5 })
    expect(failure).toBeUndefined()
    await speaks
  })

  test('fails if it never carries anything', async () => {
    await using api = await podWith(redis)
    api.silenceForwards()
    const { failure, open } = await probing(api, password, { speed: 40 })
    expect(failure).toMatchObject({ code: 'redis-unreachable' })
    expect(open).toEqual([])
  })

  test('fails if the pod is gone', async () => {
    await using api = await podWith(redis)
    api.remove('Pod', 'default', 'redis-0')
    const { failure } = await probing(api, password, { speed: 10 })
    expect(failure).toMatchObject({
      code: 'redis-unreachable',
      message: 'Redis in pod redis-0 does not answer through a port-forward: pods "redis-0" not found'
    })
  })
})

describe('an API server that disappears', () => {
  const outage = (api: KubernetesApi, times: number) => () => api.fault({ path: /./, times, reply: 'reset' })

  test('is awaited longer than Redis, and then Redis and its exporter get their full time', async () => {
    await using exporter = await startExporter({ redisPort: redis.port, password })
    await using api = await podWith(redis, exporter)
    const { failure, open, waits } = await probing(api, password, {
      speed: 20,
      timeout: 300_000,
      exporter: true,
      onStart: outage(api, 30)
    })
    expect(failure).toBeUndefined()
    expect(sum(waits)).toBeGreaterThan(15_000)
    expect(open).toEqual([])
  })

  test.each([false, true])('is blamed at the timeout instead of Redis (exporter: %s)', async (exporter) => {
    await using api = await podWith(redis)
    const run = await probing(api, password, { speed: 40, timeout: 30_000, exporter, onStart: outage(api, 10_000) })
    expect(run.failure).toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(/^the API server cannot be reached: 127\.0\.0\.1:\d+: /)
    })
    expect(run.open).toEqual([])
  })

  test('is not blamed if it only opens no port-forward, and Redis gets its own time', async () => {
    await using api = await podWith(redis)
    const message = 'error dialing backend: dial tcp 10.0.0.5:10250: i/o timeout'
    const body = { kind: 'Status', message, code: 500 }
    api.fault({ path: /portforward$/, times: 10_000, reply: { status: 500, body } })
    const { failure, waits } = await probing(api, password, { speed: 20, timeout: 300_000 })
    expect(failure).toMatchObject({
      code: 'redis-unreachable',
      message: `Redis in pod redis-0 does not answer through a port-forward: ${message}`,
      hint: 'check that kubectl can open a port-forward: `kubectl -n default port-forward redis-0 6379`'
    })
    expect(sum(waits)).toBeLessThan(60_000)
  })
})
