import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { startExporter } from '../support/redis/exporter.ts'
import { type Listener, listen, portOf } from '../support/redis/listen.ts'
import { startSilent } from '../support/redis/misbehaving.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { until } from '../support/until.ts'
import { podWith, probing, seedPod } from './probing.ts'

const password = 'pä ss"wort\'#1'
let redis: RedisProcess

beforeAll(async () => {
  redis = await startRedis({ config: 'maxmemory 64mb\nsave ""\n', password })
})
afterAll(async () => redis[Symbol.asyncDispose]())

/** Something that answers /metrics with a text. */
async function metrics(text: string | (() => string), status = 200): Promise<Listener> {
  const answer = typeof text === 'string' ? () => text : text
  const server = createServer((_request, response) => response.writeHead(status).end(answer()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

/** What a working exporter answers. */
async function goodMetrics(): Promise<string> {
  await using exporter = await startExporter({ redisPort: redis.port, password })
  return (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text()
}

async function exporterFailure(exporter: Listener | undefined) {
  await using api = await podWith(redis, exporter)
  const { failure, open } = await probing(api, password, { exporter: true, speed: 4, timeout: 10_000 })
  expect(open).toEqual([])
  return failure
}

describe('the exporter', () => {
  test('fails if it does not listen', async () => {
    expect(await exporterFailure(undefined)).toMatchObject({
      code: 'metrics-missing',
      message: expect.stringMatching(/^exporter: no answer: error forwarding port 9121 to pod .*connection refused/),
      hint: 'read the exporter log: `kubectl -n default logs redis-0 -c metrics`'
    })
  })

  test('fails if it cannot query Redis', async () => {
    await using exporter = await startExporter({ redisPort: redis.port, password: 'wrong' })
    expect(await exporterFailure(exporter)).toMatchObject({
      code: 'metrics-missing',
      message: 'exporter: redis_up is 0: the exporter cannot query Redis'
    })
  })

  test('fails if it speaks of another Redis', async () => {
    await using other = await startRedis({ config: 'save ""\n', password })
    await using exporter = await startExporter({ redisPort: other.port, password })
    expect(await exporterFailure(exporter)).toMatchObject({
      code: 'metrics-missing',
      message: expect.stringMatching(
        /^exporter: it speaks of another Redis: its run_id is \w{12}…, that of redis-0 \w{12}…$/
      )
    })
  })

  test('is asked once if its answer will stay the same', async () => {
    let asked = 0
    const text = '<html>Welcome</html>'
    await using exporter = await metrics(() => {
      asked++
      return text
    })
    expect(await exporterFailure(exporter)).toMatchObject({ code: 'metrics-missing' })
    expect(asked).toBe(1)
  })

  test('fails with the names of missing metrics', async () => {
    const text = (await goodMetrics()).replace(/^redis_keyspace_.*\n/gm, '')
    await using exporter = await metrics(text)
    expect(await exporterFailure(exporter)).toMatchObject({
      code: 'metrics-missing',
      message: 'exporter: the response lacks redis_keyspace_hits_total, redis_keyspace_misses_total'
    })
  })

  test.each([
    ['that is something else', '<html>Welcome</html>', 200, 'exporter: the response has no metric redis_up'],
    ['that fails', 'oops', 500, 'exporter: no answer: HTTP status 500']
  ])('fails if its response is invalid: one %s', async (_situation, text, status, message) => {
    await using exporter = await metrics(text, status)
    expect(await exporterFailure(exporter)).toMatchObject({ code: 'metrics-missing', message })
  })

  test('does not block the run if it does not respond', async () => {
    await using exporter = await startSilent()
    expect(await exporterFailure(exporter)).toMatchObject({
      code: 'metrics-missing',
      message: expect.stringContaining('exporter: no answer: ')
    })
  })

  test('fails if it hangs up', async () => {
    await using exporter = await listen((socket) => socket.end())
    expect(await exporterFailure(exporter)).toMatchObject({ code: 'metrics-missing' })
  })

  test('is awaited if it listens a moment later than Redis', async () => {
    const text = await goodMetrics()
    const forward: Record<number, number> = { 6379: redis.port }
    await using api = await startKubernetesApi({ forward })
    seedPod(api)
    const late = until(() => api.requests.some(({ query }) => query.get('ports') === '9121')).then(async () => {
      const exporter = await metrics(text)
      forward[9121] = exporter.port
      return exporter
    })
    const { failure, result } = await probing(api, password, { exporter: true })
    await (await late)[Symbol.asyncDispose]()
    expect(failure).toBeUndefined()
    expect(result?.checks.at(-1)).toEqual({
      name: 'exporter',
      passed: true,
      detail: 'redis_up is 1, the key metrics are present'
    })
  })

  test('is skipped where the pod has none', async () => {
    await using api = await podWith(redis)
    const { result } = await probing(api, password)
    expect(result?.checks.map(({ name }) => name)).not.toContain('exporter')
    expect(api.requests.map(({ query }) => query.get('ports'))).not.toContain('9121')
  })
})
