import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ApiClient, type ApiRequest } from '../../src/clients/kubernetes/client.ts'
import { Cluster } from '../../src/clients/kubernetes/cluster.ts'
import type { Connection } from '../../src/clients/kubernetes/connection.ts'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { FastClock } from './applying.ts'
import { connecting } from './kubeconfigs.ts'
import { failureOf } from './outcome.ts'

let server: Server
let answer: RequestListener
let connection: Connection

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const cluster = { server: `http://127.0.0.1:${port}` }
  const kubeconfig = { clusters: [{ name: 'a', cluster }], contexts: [{ name: 'a', context: { cluster: 'a' } }] }
  connection = await connecting({ kubeconfig: JSON.stringify({ ...kubeconfig, 'current-context': 'a' }) })
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
})

function clientOf(speed: number): { client: ApiClient; log: string[] } {
  const clock = new FastClock(speed)
  const log: string[] = []
  const { signal } = new AbortController()
  return {
    client: new ApiClient(connection, clock, signal, new Deadline(clock, 60_000), (line) => log.push(line)),
    log
  }
}

const replying =
  (status: number, contentType: string, body: string): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { ...(contentType && { 'content-type': contentType }), location: '/login' }).end(body)

const page = '<html><title>Log in</title></html>'
const object = '{"kind": "ConfigMap", "metadata": {"name": "redis"}}'

describe('a response that is not from a Kubernetes API', () => {
  const asked: ApiRequest = { method: 'GET', path: '/api/v1/namespaces/default/configmaps/redis' }

  test.each([
    ['a login page', 200, 'text/html', page, 'HTTP 200, text/html'],
    ['a redirect', 302, '', '', 'HTTP 302, no content type'],
    ['a proxy that wants a name', 407, 'text/html; charset=utf-8', page, 'HTTP 407, text/html; charset=utf-8'],
    ['a server without such a page', 404, 'text/html', page, 'HTTP 404, text/html'],
    ['an API of another kind', 200, 'application/json', '{"error": "no such session"}', 'HTTP 200, application/json'],
    ['half an object', 200, 'application/json', '{"kind": "Config', 'HTTP 200, application/json'],
    ['an empty body', 200, 'application/json', '', 'HTTP 200, application/json']
  ])('is reported as such: %s', async (_what, status, contentType, body, seen) => {
    answer = replying(status, contentType, body)
    const { client, log } = clientOf(100)
    const refused = await client.request(asked).catch((error: unknown) => error)
    expect(toFailure(refused, { verb: 'apply', object: 'ConfigMap/redis', namespace: 'default' })).toMatchObject({
      code: 'cluster-unreachable',
      message: `${connection.server.host} does not answer like a Kubernetes API (${seen})`,
      hint: expect.stringContaining('a proxy or a login page')
    })
    expect(log).toEqual([])
  })

  test('is retried if it is the page of a busy proxy', async () => {
    let requests = 0
    answer = (request, response) => {
      requests += 1
      const reply = requests < 3 ? replying(503, 'text/html', page) : replying(200, 'application/json', object)
      reply(request, response)
    }
    const { status } = await clientOf(100).client.request(asked)
    expect([status, requests]).toEqual([200, 3])
  })

  test('is accepted as a log, which may be any text', async () => {
    answer = replying(200, 'text/plain', '{"kind": 5}\n<html>')
    const log = await new Cluster(clientOf(1).client).readLog('default', 'redis-0', 'redis', false)
    expect(log).toBe('{"kind": 5}\n<html>')
  })
})

describe('an API server that does not respond', () => {
  const asked: ApiRequest = { method: 'GET', path: '/api' }

  /** Answers with success where the script says true, and then always. */
  function script(...outcomes: boolean[]): void {
    answer = (request, response) => {
      const reply = outcomes.shift() !== false
      if (reply) replying(200, 'application/json', object)(request, response)
      else request.socket.destroy()
    }
  }

  test('is not mentioned after a moment', async () => {
    script(true, false, false)
    const { client, log } = clientOf(50)
    for (let each = 0; each < 2; each++) await client.request(asked)
    expect(log).toEqual([])
  })

  test('is mentioned once for all waiting requests, as is its return', async () => {
    script(true, ...Array(12).fill(false))
    const { client, log } = clientOf(50)
    await client.request(asked)
    await Promise.all([client.request(asked), client.request(asked), client.request(asked)])
    expect(log).toEqual([
      `waiting for the API server at ${connection.server.host}: socket hang up`,
      expect.stringMatching(/^the API server answers again, after \d+\.\d s$/)
    ])
  })

  test('is mentioned again the second time', async () => {
    const { client, log } = clientOf(50)
    for (let each = 0; each < 2; each++) {
      script(true, ...Array(5).fill(false))
      await client.request(asked)
      await client.request(asked)
    }
    expect(log.map((line) => line.split(' ')[0])).toEqual(['waiting', 'the', 'waiting', 'the'])
  })

  test('is mentioned if no request succeeds, but not for one slow response among others', async () => {
    const [silent, slow] = [clientOf(1), clientOf(1)]
    answer = (request, response) => {
      const late = replying(200, 'application/json', object)
      setTimeout(() => late(request, response), request.url === '/slow' ? 3_300 : 0)
    }
    const request: ApiRequest = { method: 'GET', path: '/slow' }
    const all = [silent.client.request(request), slow.client.request(request)]
    await sleep(100)
    await slow.client.request(asked)
    await Promise.all(all)
    expect(slow.log).toEqual([])
    expect(silent.log).toEqual([
      `waiting for the API server at ${connection.server.host}: no answer within 3 s`,
      expect.stringMatching(/^the API server answers again, after \d\.\d s$/)
    ])
  })

  test.each([
    ['breaks off', (request: IncomingMessage) => void request.socket.destroy()],
    ['hangs', () => {}]
  ])('ends a request that has its own limit: it %s', async (_how, act) => {
    let requests = 0
    answer = (request, response) => {
      requests += 1
      if (requests === 1) replying(200, 'application/json', object)(request, response)
      else act(request)
    }
    const { client } = clientOf(10)
    await client.request(asked)
    const ended = client.request({ ...asked, signal: AbortSignal.timeout(200) }).catch(({ name }: Error) => name)
    expect(await ended).toBe('TimeoutError')
  })

  test('is the reported failure if it never returns', async () => {
    script(true, ...Array(1_000).fill(false))
    const { client, log } = clientOf(200)
    await client.request(asked)
    const cluster = new Cluster(client)
    const attempt = { verb: 'read', object: 'StatefulSet/redis', namespace: 'default' }
    const failure = await failureOf(
      cluster.readStatefulSet('default', 'redis').catch((error) => Promise.reject(toFailure(error, attempt)))
    )
    expect(failure.code).toBe('cluster-unreachable')
    expect(log).toHaveLength(1)
  })
})
