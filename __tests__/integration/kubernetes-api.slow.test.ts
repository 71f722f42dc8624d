import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { PortForward } from '@kubernetes/client-node/dist/portforward.js'
import { ApplyClient, configMap, statefulSet } from '../support/kubernetes-api/conformance/apply-client.ts'
import { type Connection, sender } from '../support/kubernetes-api/conformance/connection.ts'
import { conformance } from '../support/kubernetes-api/conformance.ts'
import { at, type JsonObject, listAt, textAt } from '../support/kubernetes-api/json.ts'
import {
  type KubernetesApi,
  type KubernetesObject,
  type PodBehaviour,
  startKubernetesApi
} from '../support/kubernetes-api/server.ts'
import { until } from '../support/until.ts'

async function connect(): Promise<Connection> {
  const api = await startKubernetesApi({ namespaces: ['test'] })
  return {
    namespace: 'test',
    send: await sender(api.kubeconfig),
    script: (...kinds) => api.behave(...kinds.map((kind) => ({ kind }))),
    provider: {
      store: { kind: 'SecretStore', name: 'any' },
      hold: async (name, fields) => api.operator.hold(name, fields)
    },
    close: () => api.close()
  }
}

describe('conformance of the simulated Kubernetes API', () => conformance(connect))

describe('the simulated Kubernetes API', () => {
  let echo: Server
  let api: KubernetesApi
  let client: ApplyClient

  beforeEach(async () => {
    echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
    await once(echo, 'listening')
    const address = echo.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    api = await startKubernetesApi({ namespaces: ['test'], forward: { 6379: port }, startMs: 200 })
    client = new ApplyClient({ namespace: 'test', send: await sender(api.kubeconfig), close: () => api.close() })
  })

  afterEach(async () => {
    await api.close()
    echo.close()
  })

  /** The pod, as soon as a condition holds. */
  async function podWhen(condition: (pod: KubernetesObject) => boolean): Promise<KubernetesObject> {
    for (;;) {
      const pod = api.read('Pod', 'test', 'redis-0')
      if (pod !== undefined && condition(pod)) return pod
      await sleep(5)
    }
  }

  function isReady(pod: KubernetesObject): boolean {
    return listAt(pod, 'status', 'conditions').some(
      (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True'
    )
  }

  function waitsFor(reason: string): (pod: KubernetesObject) => boolean {
    return (pod) => textAt(pod, 'status', 'containerStatuses', 0, 'state', 'waiting', 'reason') === reason
  }

  async function eventsOf(name: string): Promise<string[]> {
    const { body } = await client.connection.send({
      path: client.collectionOf('v1', 'Event'),
      query: { fieldSelector: `involvedObject.name=${name}` }
    })
    return listAt(body, 'items').map((event) => `${textAt(event, 'type')} ${textAt(event, 'reason')}`)
  }

  async function run(...behaviours: PodBehaviour[]): Promise<void> {
    api.behave(...behaviours)
    const probe = { exec: { command: ['true'] } }
    await client.apply(statefulSet('redis', { replicas: 1 }, { startupProbe: probe }))
  }

  function logs(query: Record<string, string> = {}): Promise<{ code: number; body: JsonObject }> {
    const path = '/api/v1/namespaces/test/pods/redis-0/log'
    return client.connection.send({ path, query: { container: 'redis', ...query } })
  }

  test('rejects a wrong token with a Status', async () => {
    const send = await sender(api.kubeconfig.replace(api.token, 'wrong'))
    const { code, body } = await send({ path: '/version' })
    expect(code).toBe(401)
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401
    })
  })

  test('describes its resources', async () => {
    const { send } = client.connection
    expect((await send({ path: '/version' })).body).toMatchObject({ major: '1', minor: '36' })
    const { body } = await send({ path: '/apis/apps/v1' })
    expect(body).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'apps/v1',
      resources: [{ name: 'statefulsets', kind: 'StatefulSet', namespaced: true }]
    })
  })

  test('records requests with the connection that carried them', async () => {
    await client.apply(configMap('recorded', {}), 'first', { force: 'true' })
    // The agent takes a connection back for the next request a moment after the answer.
    await sleep(20)
    await client.get(configMap('recorded', {}))
    const [first, second] = api.requests
    expect(first).toMatchObject({
      method: 'PATCH',
      path: '/api/v1/namespaces/test/configmaps/recorded',
      contentType: 'application/apply-patch+yaml',
      connection: 1
    })
    expect(first?.query.get('force')).toBe('true')
    expect(second).toMatchObject({ method: 'GET', connection: 1 })
  })

  test('seeds, reads and removes objects without requests of the client', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seeded', namespace: 'test' } }
    api.seed({ ...object, data: { a: '1' } }, { fieldManager: 'helm' })
    expect(api.read('ConfigMap', 'test', 'seeded')).toMatchObject({ data: { a: '1' } })
    const { body } = await client.apply(configMap('seeded', { a: '2' }))
    expect(body['message']).toBe('Apply failed with 1 conflict: conflict with "helm" using v1: .data.a')
    api.remove('ConfigMap', 'test', 'seeded')
    expect(api.read('ConfigMap', 'test', 'seeded')).toBeUndefined()
  })

  describe('faults of the simulated Kubernetes API', () => {
    const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'try later', code: 503 }
    const manifest = configMap('faulty', {})

    test('reply with a status as often as configured, only where they match', async () => {
      api.fault({ method: 'PATCH', path: /configmaps\/faulty$/, times: 2, reply: { status: 503, body } })
      expect((await client.get(manifest))['code']).toBe(404)
      expect(await client.apply(manifest)).toEqual({ code: 503, body })
      expect(await client.apply(manifest)).toEqual({ code: 503, body })
      expect((await client.apply(manifest)).code).toBe(201)
    })

    test('reset the connection', async () => {
      api.fault({ path: /faulty/, reply: 'reset' })
      await expect(client.apply(manifest)).rejects.toThrow(/socket hang up|ECONNRESET/)
      expect((await client.apply(manifest)).code).toBe(201)
    })

    test('never reply', async () => {
      api.fault({ path: /faulty/, reply: 'hang' })
      const hanging = client.apply(manifest).then(
        () => 'answered',
        () => 'broken off'
      )
      expect(await Promise.race([hanging, sleep(100, 'hanging')])).toBe('hanging')
      await api.close()
      expect(await hanging).toBe('broken off')
    })

    test('reply late', async () => {
      api.fault({ path: /faulty/, reply: { delayMs: 100 } })
      const start = performance.now()
      expect((await client.apply(manifest)).code).toBe(201)
      expect(performance.now() - start).toBeGreaterThan(95)
    })
  })

  describe('pods of the simulated Kubernetes API', () => {
    test('become ready', async () => {
      await run({ kind: 'ready', log: 'one\ntwo\nthree\n' })
      await podWhen(isReady)
      expect(await eventsOf('redis-0')).toEqual([
        'Normal Scheduled',
        'Normal Pulled',
        'Normal Created',
        'Normal Started'
      ])
      expect(await logs({ tailLines: '2' })).toEqual({ code: 200, body: { text: 'two\nthree\n' } })
      const { body } = await logs({ previous: 'true' })
      expect(body['message']).toBe('previous terminated container "redis" in pod "redis-0" not found')
    })

    test('with a missing image wait in ErrImagePull and then in ImagePullBackOff', async () => {
      await run({ kind: 'image-missing' })
      await podWhen(waitsFor('ErrImagePull'))
      expect((await logs()).body['message']).toMatch(/is waiting to start: image can't be pulled$/)
      const pod = await podWhen(waitsFor('ImagePullBackOff'))
      const image = 'docker.io/library/redis:7.2.16-alpine'
      expect(pod['status']).toMatchObject({ phase: 'Pending', containerStatuses: [{ image, imageID: '' }] })
      const message = textAt(pod, 'status', 'containerStatuses', 0, 'state', 'waiting', 'message')
      expect(message).toMatch(`Back-off pulling image "${image}": ErrImagePull: `)
      expect(message).toMatch(/: not found$/)
      expect((await logs()).body['message']).toMatch(/is waiting to start: trying and failing to pull image$/)
    })

    test('with a denied image report it', async () => {
      await run({ kind: 'image-denied' })
      const pod = await podWhen(waitsFor('ErrImagePull'))
      expect(JSON.stringify(pod['status'])).toMatch('pull access denied')
    })

    test('that crash restart with a back-off, and their previous log is readable', async () => {
      await run({ kind: 'crash-loop', exitCode: 3, log: 'boom\n', terminationMessage: 'why' })
      const pod = await podWhen(waitsFor('CrashLoopBackOff'))
      expect(pod['status']).toMatchObject({
        phase: 'Running',
        containerStatuses: [
          {
            restartCount: 1,
            ready: false,
            lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'why' } },
            state: {
              waiting: { message: expect.stringMatching(/^back-off 10s restarting failed container=redis pod=/) }
            }
          }
        ]
      })
      expect((await logs({ previous: 'true' })).body).toEqual({ text: 'boom\n' })
      expect(await eventsOf('redis-0')).toContain('Warning BackOff')
    })

    test('killed for memory end with 137', async () => {
      await run({ kind: 'oom-killed' })
      const pod = await podWhen(waitsFor('CrashLoopBackOff'))
      const terminated = at(pod, 'status', 'containerStatuses', 0, 'lastState', 'terminated')
      expect(terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
    })

    test.each([
      ['unschedulable', /Insufficient cpu/],
      ['volume-pending', /unbound immediate PersistentVolumeClaims/]
    ] as const)('that are %s wait for a node', async (kind, message) => {
      await run({ kind })
      const pod = await podWhen((object) => listAt(object, 'status', 'conditions').length > 0)
      expect(pod['status']).toMatchObject({
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: expect.stringMatching(message)
          }
        ]
      })
      expect(await eventsOf('redis-0')).toEqual(['Warning FailedScheduling'])
      expect((await logs()).code).toBe(204)
    })

    test('that are refused leave an event at the set, and the next attempt may succeed', async () => {
      await run({ kind: 'refused' }, { kind: 'ready' })
      await podWhen(isReady)
      expect(await eventsOf('redis')).toEqual(['Warning FailedCreate', 'Normal SuccessfulCreate'])
    })

    test('without their Secret wait in ContainerCreating until it exists', async () => {
      const volumes = [
        {
          name: 'credentials',
          secret: { secretName: 'redis-credentials', items: [{ key: 'password', path: 'password' }] }
        }
      ]
      const manifest = statefulSet('redis', { replicas: 1 })
      Object.assign(at(manifest, 'spec', 'template', 'spec') ?? {}, { volumes })
      await client.apply(manifest)
      await podWhen(waitsFor('ContainerCreating'))
      while (!(await eventsOf('redis-0')).includes('Warning FailedMount')) await sleep(10)
      expect(await eventsOf('redis-0')).toEqual(['Normal Scheduled', 'Warning FailedMount'])
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials', namespace: 'test' } }
      api.seed({ ...secret, stringData: { password: 'a' } })
      await podWhen(isReady)
    })

    test('disappear with their set, and their claims remain', async () => {
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
      const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec }]
      const manifest = statefulSet('redis', { replicas: 1, volumeClaimTemplates })
      await client.apply(manifest)
      await podWhen(isReady)
      await client.remove(manifest)
      while (api.read('Pod', 'test', 'redis-0') !== undefined) await sleep(5)
      expect(api.read('PersistentVolumeClaim', 'test', 'data-redis-0')).toMatchObject({ status: { phase: 'Bound' } })
    })
  })

  describe('the port-forward of the simulated Kubernetes API', () => {
    interface Forward {
      readonly output: PassThrough
      readonly errors: PassThrough
      readonly input: PassThrough
      readonly closed: Promise<unknown>
      close(): void
    }

    async function forward(port: number, pod = 'redis-0'): Promise<Forward> {
      const config = new KubeConfig()
      config.loadFromString(api.kubeconfig)
      const [output, errors, input] = [new PassThrough(), new PassThrough(), new PassThrough()]
      const socket = await new PortForward(config)
        .portForward('test', pod, [port], output, errors, input)
        // What ws reports holds the whole connection, credentials included: only its text is for a test's output.
        .catch(({ message }: { message: string }) => Promise.reject(new Error(message)))
      if (typeof socket === 'function') throw new Error('a socket that reconnects')
      const closed = new Promise((resolve) => {
        socket.onclose = resolve
      })
      return { output, errors, input, closed, close: () => socket.close() }
    }

    beforeEach(async () => {
      await run({ kind: 'ready' })
      await podWhen(isReady)
    })

    test('carries bytes to the local port and back', async () => {
      const { input, output, close, closed } = await forward(6379)
      input.write('PING\r\n')
      const [echoed] = await once(output, 'data')
      expect(String(echoed)).toBe('PING\r\n')
      close()
      await closed
    })

    test('reports a closed port on the error channel', async () => {
      const { errors, closed } = await forward(9121)
      const [text] = await once(errors, 'data')
      expect(String(text)).toMatch(/^error forwarding port 9121 to pod .*connect: connection refused/)
      await closed
    })

    test('breaks on request and when its pod is deleted', async () => {
      const dropped = await forward(6379)
      api.dropForwards()
      await dropped.closed
      const ended = await forward(6379)
      await client.remove({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'redis-0' } })
      await ended.closed
    })

    test('carries nothing while silenced', async () => {
      api.silenceForwards()
      const { input, output, close } = await forward(6379)
      input.write('PING\r\n')
      expect(await Promise.race([once(output, 'data'), sleep(100, 'nothing')])).toBe('nothing')
      close()
    })

    test('is refused for a missing pod, and supports faults like every request', async () => {
      api.fault({ path: /portforward$/, reply: 'reset' })
      await expect(forward(6379)).rejects.toThrow(/hang up|ECONNRESET/)
      await expect(forward(6379, 'redis-1')).rejects.toThrow('Unexpected server response: 404')
    })

    test('can hang before it opens, and ends with the server', async () => {
      api.fault({ path: /portforward$/, reply: 'hang' })
      const opening = forward(6379).then(
        () => 'open',
        () => 'broken off'
      )
      await until(() => api.requests.some(({ path }) => path.endsWith('/portforward')))
      expect(await Promise.race([opening, sleep(100, 'hanging')])).toBe('hanging')
      await api.close()
      expect(await opening).toBe('broken off')
    })
  })
})
