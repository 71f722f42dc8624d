import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { type KubernetesApi, type KubernetesObject, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { type Access, accessTo } from './applying.ts'
import { type ConnectionRun, type ConnectOptions, connectingFromPod, credentialsOf } from './connecting.ts'

const password = randomBytes(24).toString('hex')
const credentials = credentialsOf({ host: 'cache.example.org', port: 6379 }, password, { scheme: 'redis' })
const info =
  'redis_version:7.2.16\r\nrole:master\r\nmaxmemory_policy:allkeys-lru\r\nused_memory:1000\r\nmaxmemory:9000\r\n'
const refused = 'Could not connect to Redis at cache.example.org:6379: Connection refused\n'

/** The log of a probe pod, with the exit code and the output of each question. */
function logOf(answers: Record<string, [exitCode: number, output: string]>): string {
  const lines = Object.entries(answers).map(
    ([name, [code, output]]) => `${name} ${code} ${Buffer.from(output).toString('base64')}\n`
  )
  return `${lines.join('')}end 0\n`
}

const healthy = logOf({ anonymous: [0, 'NOAUTH Authentication required.\n'], ping: [0, 'PONG\n'], info: [0, info] })

let api: KubernetesApi
let access: Access

beforeEach(async () => {
  api = await startKubernetesApi()
  api.seed({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'redis-credentials', namespace: 'default' },
    stringData: credentials
  })
  access = await accessTo(api, 50, 600_000)
})
afterEach(async () => {
  access[Symbol.dispose]()
  await api.close()
})

/** Every pod ends with what a function of it returns, or with this log. */
function pods(log: string | ((pod: KubernetesObject) => string | Promise<string>)): void {
  api.behave({
    kind: 'ends',
    run: async (pod) => ({ exitCode: 0, log: typeof log === 'string' ? log : await log(pod) })
  })
}

const asking = (options: ConnectOptions = {}): Promise<ConnectionRun> => connectingFromPod(access, credentials, options)
const stored = (name = 'redis-probe') => api.read('Pod', 'default', name)
const podPath = /\/pods\/redis-probe$/

/** A pod that stands where ours is to be. */
function seedPod(annotations: Record<string, string>, phase: string, activeDeadlineSeconds = 300): void {
  const metadata = { name: 'redis-probe', namespace: 'default', annotations }
  const spec = { activeDeadlineSeconds, containers: [{ name: 'probe', image: 'redis' }] }
  api.seed({ apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase } })
}

describe('the probe pod', () => {
  test('is restricted, is not an endpoint of the application, belongs to the Secret and contains none of its values', async () => {
    const seen: KubernetesObject[] = []
    pods((pod) => {
      seen.push(pod)
      return healthy
    })
    expect((await asking({ nonBackend: true })).failure?.code).toBe('redis-open')
    expect(seen.map(({ metadata }) => metadata.name).sort()).toEqual(['redis-probe', 'redis-probe-outsider'])
    for (const pod of seen) {
      expectNoSecret(JSON.stringify(pod), [password, credentials.url])
      expect(pod.metadata['ownerReferences']).toEqual([
        { apiVersion: 'v1', kind: 'Secret', name: 'redis-credentials', uid: 'uid-of-the-secret', controller: true }
      ])
      expect(pod['spec']).toMatchObject({
        restartPolicy: 'Never',
        activeDeadlineSeconds: expect.any(Number),
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        readinessGates: [{ conditionType: 'redis-cache-action/is-backend' }],
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            resources: { limits: { memory: expect.any(String) } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] }
            }
          }
        ]
      })
    }
    const components = seen.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/component']).sort()
    expect(components).toEqual(['backend', 'probe'])
    const nonBackend = seen.find(({ metadata }) => metadata.name === 'redis-probe-outsider')
    expect(JSON.stringify(nonBackend)).not.toContain('"key":"password"')
  })

  test('is removed after its answer, with few requests', async () => {
    pods(healthy)
    const { failure, result, checks } = await asking()
    expect(failure).toBeUndefined()
    expect(result).toEqual({ redisVersion: '7.2.16', usedMemoryBytes: 1000, maxmemoryBytes: 9000 })
    expect(checks.every(({ passed }) => passed)).toBe(true)
    expect(stored()).toBeUndefined()
    expect(
      api.requests.map(({ method, path }) => `${method} ${path}`).filter((line) => !line.startsWith('GET'))
    ).toEqual(['POST /api/v1/namespaces/default/pods', 'DELETE /api/v1/namespaces/default/pods/redis-probe'])
  })

  test('is removed when the cache does not respond', async () => {
    pods(logOf({ anonymous: [1, refused] }))
    expect((await asking()).failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: 'TCP: cache.example.org:6379 refuses connections: Connection refused'
    })
    expect(stored()).toBeUndefined()
  })

  test('is removed when the run is cancelled', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    pods(() => promise)
    const reason = new Error('cancelled')
    const onLog = (line: string) => {
      if (line === 'waiting for the answers of pod redis-probe') access.cancel.abort(reason)
    }
    await expect(asking({ onLog })).rejects.toBe(reason)
    expect(stored()).toBeUndefined()
    resolve('')
  })

  test('is not removed twice, because another run may have created one with that name', async () => {
    pods(async () => {
      api.remove('Pod', 'default', 'redis-probe')
      seedPod({ 'redis-cache-action/run': 'another' }, 'Running')
      return healthy
    })
    expect((await asking()).failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: 'another client deleted pod redis-probe before it reported its results'
    })
    expect(stored()?.metadata.annotations).toEqual({ 'redis-cache-action/run': 'another' })
  })

  test('fails the run if it must not be removed, because the next run would find it', async () => {
    pods(healthy)
    const message =
      'pods "redis-probe" is forbidden: User "bot" cannot delete resource "pods" in API group "" in the namespace "default"'
    const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message }
    api.fault({ method: 'DELETE', path: podPath, reply: { status: 403, body } })
    expect((await asking()).failure).toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining('resources: [pods], resourceNames: ["redis-probe"], verbs: [delete]')
    })
  })
})

describe('an existing pod of the same name', () => {
  test('is removed if it ended, left behind by a killed run', async () => {
    pods(healthy)
    seedPod({ 'redis-cache-action/run': 'killed' }, 'Failed')
    const { failure, log, milliseconds } = await asking()
    expect(failure).toBeUndefined()
    expect(log).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^waiting for another run, which created pod redis-probe at \d{4}-/),
        expect.stringMatching(/^removing pod redis-probe, left behind by a run at \d{4}-.*$/)
      ])
    )
    expect(milliseconds).toBeGreaterThanOrEqual(5_000)
  })

  test('is removed if it outlived its deadline without a kubelet to end it', async () => {
    pods(healthy)
    seedPod({ 'redis-cache-action/run': 'killed' }, 'Pending', 20)
    const { failure, milliseconds } = await asking()
    expect(failure).toBeUndefined()
    expect(milliseconds).toBeGreaterThanOrEqual(20_000)
  })

  test('is awaited until the timeout if another run uses it', async () => {
    seedPod({ 'redis-cache-action/run': 'another' }, 'Running')
    const { failure } = await asking({ timeout: 10_000 })
    expect(failure).toMatchObject({
      code: 'config-error',
      message: 'after 10.0 s pod redis-probe of another run is still there',
      hint: expect.stringContaining('kubectl -n default delete pod redis-probe')
    })
    expect(stored()?.metadata.annotations).toEqual({ 'redis-cache-action/run': 'another' })
  })

  test('is kept if it has a foreign owner', async () => {
    seedPod({}, 'Succeeded')
    expect((await asking()).failure).toMatchObject({
      code: 'config-error',
      message: expect.stringContaining('was not created by this action')
    })
    expect(stored()).toBeDefined()
  })

  test('is our own if the response to its creation was lost', async () => {
    pods(healthy)
    const create = access.cluster.create.bind(access.cluster)
    access.cluster.create = async (object, namespace) => {
      await create(object, namespace)
      return undefined
    }
    expect((await asking()).failure).toBeUndefined()
    expect(stored()).toBeUndefined()
  })
})

test('lets two concurrent runs both succeed', async () => {
  using patient = await accessTo(api, 1, 600_000)
  pods(healthy)
  const runs = await Promise.all([1, 2].map(() => connectingFromPod(patient, credentials)))
  expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined])
  expect(stored()).toBeUndefined()
})

describe('a probe pod that cannot run', () => {
  test.each<[string, Parameters<KubernetesApi['behave']>[0], object, number]>([
    [
      'whose image is missing, at once',
      { kind: 'image-missing' },
      {
        code: 'image-pull',
        message: expect.stringMatching(/^the image .* of container probe of pod redis-probe cannot/)
      },
      0
    ],
    [
      'whose Secret lacks a key, after 5 s because Secrets reach nodes late',
      { kind: 'config-error', message: "couldn't find key port in Secret default/redis-credentials" },
      { code: 'config-error', message: expect.stringMatching(/^pod redis-probe cannot be configured: .*key port/) },
      5_000
    ],
    [
      'that fits on no node, after 45 s',
      { kind: 'unschedulable' },
      {
        code: 'unschedulable',
        message: expect.stringMatching(/^pod redis-probe cannot be scheduled: .*Insufficient cpu.* \(seen for /),
        hint: expect.stringContaining('probe-from')
      },
      45_000
    ]
  ])('is reported: one %s', async (_, behaviour, failure, least) => {
    api.behave(behaviour)
    const run = await asking()
    expect(run.failure).toMatchObject(failure)
    expect(run.failure?.evidence).toEqual([{ title: 'Events', text: expect.any(String) }])
    expect(run.milliseconds).toBeGreaterThanOrEqual(least)
    expect(stored()).toBeUndefined()
  })

  test('is reported at the timeout with what was awaited', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    pods(() => promise)
    expect((await asking({ timeout: 100_000 })).failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: 'after 1 min 40 s still waiting for the answers of pod redis-probe',
      hint: expect.stringContaining('raise timeout')
    })
    resolve('')
  })

  test('is reported if it ends without output', async () => {
    pods('/bin/sh: base64: not found\n')
    expect((await asking()).failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: 'pod redis-probe ended before reporting its results: Completed, exit code 0',
      evidence: [{ title: 'Log of pod redis-probe', text: '/bin/sh: base64: not found\n' }]
    })
  })

  test('is read once its log arrives', async () => {
    pods(healthy)
    const readLog = access.cluster.readLog.bind(access.cluster)
    let reads = 0
    access.cluster.readLog = async (...request) => {
      reads += 1
      return reads < 3 ? 'unable to retrieve container logs' : readLog(...request)
    }
    expect((await asking()).failure).toBeUndefined()
    expect(reads).toBe(3)
  })

  test('is reported if a quota rejects it', async () => {
    const message =
      'pods "redis-probe" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3'
    const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message }
    api.fault({ method: 'POST', path: /\/pods$/, reply: { status: 403, body } })
    expect((await asking()).failure).toMatchObject({
      code: 'quota-exceeded',
      message: `cannot create Pod/redis-probe in namespace default: ${message}`
    })
  })

  test('is reported if its node evicts it', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    pods((pod) => {
      const status = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }
      api.seed({ ...pod, status })
      return promise
    })
    expect((await asking()).failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: 'pod redis-probe failed: Evicted: The node was low on resource: memory.'
    })
    resolve('')
  })
})

describe('a Redis in the cluster', () => {
  const options = { topology: 'self-hosted', nonBackend: true } as const
  const outside = (answer: [number, string]) =>
    pods(({ metadata: { name } }) => (name === 'redis-probe' ? healthy : logOf({ anonymous: answer })))

  test('passes if it blocks the non-backend pod', async () => {
    outside([1, refused])
    const { failure, checks } = await asking(options)
    expect(failure).toBeUndefined()
    expect(checks.at(-1)).toEqual({
      name: 'pod without the backend label',
      passed: true,
      detail: 'blocked: Connection refused'
    })
    expect([stored(), stored('redis-probe-outsider')]).toEqual([undefined, undefined])
  })

  test('fails if it admits the non-backend pod', async () => {
    outside([0, 'NOAUTH Authentication required.\n'])
    expect((await asking(options)).failure).toMatchObject({
      code: 'redis-open',
      message:
        'pod without the backend label: a pod without the label app.kubernetes.io/component: backend can connect to ' +
        'cache.example.org:6379: NOAUTH Authentication required.',
      hint: expect.stringContaining('NetworkPolicy')
    })
  })

  test('has a note that nothing is proven if the non-backend pod cannot resolve it', async () => {
    outside([1, 'Could not connect to Redis at cache.example.org:6379: Name or service not known\n'])
    const { failure, notes, checks } = await asking(options)
    expect(failure).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('Not verified that a pod without the backend label is blocked')])
    expect(checks.map(({ name }) => name)).not.toContain('pod without the backend label')
  })

  test('proves nothing by blocking the non-backend pod if it admits nobody', async () => {
    pods(logOf({ anonymous: [1, refused] }))
    const { failure, checks, notes } = await asking(options)
    expect(failure).toMatchObject({ code: 'redis-unreachable', hint: expect.stringContaining('endpointslices') })
    expect(checks.map(({ name }) => name)).toEqual(['host name', 'TCP'])
    expect(notes).toEqual([])
  })

  test('removes both pods if the image of the other one is missing', async () => {
    api.behave({ kind: 'image-missing' }, { kind: 'ends', run: async () => ({ exitCode: 0, log: healthy }) })
    expect((await asking(options)).failure?.code).toBe('image-pull')
    expect([stored(), stored('redis-probe-outsider')]).toEqual([undefined, undefined])
  })
})
