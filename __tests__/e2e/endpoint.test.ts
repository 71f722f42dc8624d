import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { credentialFields } from '../../src/core/credentials.ts'
import { accessTo } from '../integration/applying.ts'
import { type ConnectionRun, connectingFromPod, credentialsOf } from '../integration/connecting.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type Cache, caches } from './caches.ts'
import { stage } from './stage.ts'
import { accessWith, type CacheScene, cacheScene, image, untilReached } from './tls-cache.ts'

// Tests of interruptions, and of runs at once: what fails now and then is what they look for.
jest.retryTimes(0)

let scene: CacheScene

beforeAll(async () => {
  scene = await cacheScene()
})
afterAll(async () => scene[Symbol.asyncDispose]())
// Whatever happened, no pod of ours is left.
afterEach(async () => expect(await scene.otherPods()).toEqual([]))

const checksOf = ({ checks }: ConnectionRun) => checks.map(({ name, passed }) => `${passed ? '✓' : '✗'} ${name}`)
const reached = ['✓ host name', '✓ TCP', '✓ TLS', '✓ certificate name']
const host = () => scene.credentials('right').host

/** Asks until it fails: a policy takes its time until everybody knows it. */
async function eventually(ask: () => Promise<ConnectionRun>): Promise<ConnectionRun> {
  let run = await ask()
  for (let attempt = 1; attempt < 10 && run.failure === undefined; attempt++) run = await ask()
  return run
}

test('passes every check of a correct cache', async () => {
  const run = await scene.ask('right')
  expect(run.failure).toBeUndefined()
  expect(checksOf(run)).toEqual([
    ...reached,
    '✓ without a password',
    '✓ PING',
    '✓ role',
    '✓ maxmemory-policy',
    '✓ used memory',
    '✓ write'
  ])
  expect(run.result).toMatchObject({ redisVersion: expect.any(String), maxmemoryBytes: 64 * 1024 ** 2 })
  expect(run.notes).toEqual([])
})

test.each<[Cache, string, RegExp]>([
  [
    'wrong name',
    'elasticache-unreachable',
    /^certificate name: the certificate is not for cache\..*: it names DNS:master\.hospital-erp\.abc123\.apn2/
  ],
  ['expired', 'elasticache-unreachable', /^TLS: a certificate of cache\..*:6381 has expired: that of CN=cache\./],
  [
    'unknown issuer',
    'elasticache-unreachable',
    /^TLS: the certificate of .* is signed by an untrusted authority: issued by CN=Another Authority$/
  ],
  ['no TLS', 'elasticache-unreachable', /^TLS: cache\..*:6385 does not use TLS: without TLS it answers: NOAUTH/],
  ['replica', 'secret-field', /^role: cache\..*:6383 is a replica of 127\.0\.0\.1:1 and accepts no writes$/],
  ['open', 'redis-open', /^without a password: PING was answered with PONG$/],
  ['noeviction', 'config-drift', /^maxmemory-policy: noeviction: every write fails when the memory is full$/]
])('fails for an incorrect cache: %s', async (cache, code, message) => {
  const { failure } = await scene.ask(cache)
  expect(failure?.message).toMatch(message)
  expect(failure).toMatchObject({ code, message: expect.stringMatching(message) })
})

test('fails for a wrong password', async () => {
  const wrong = credentialsOf({ host: host(), port: caches.right }, randomBytes(24).toString('hex'))
  const { failure } = await scene.ask(wrong)
  expect(failure).toMatchObject({
    code: 'redis-auth',
    message: expect.stringMatching(/^PING: the password of Secret\/redis-credentials was rejected: .*WRONGPASS/)
  })
})

test('fails for an unknown host name', async () => {
  const absent = credentialsOf({ host: `absent.${scene.namespace.name}.svc`, port: 6379 }, scene.password)
  const run = await scene.ask(absent)
  expect(run.failure).toMatchObject({
    code: 'elasticache-unreachable',
    message: expect.stringMatching(/^host name: absent\..* does not resolve in a pod of namespace /),
    hint: expect.stringContaining('coredns')
  })
  expect(checksOf(run)).toEqual(['✗ host name'])
})

test('fails for a closed port', async () => {
  const closed = credentialsOf({ host: host(), port: 7000 }, scene.password)
  expect((await scene.ask(closed)).failure?.message).toMatch(/^TCP: cache\..*:7000 (refuses|does not answer)/)
})

describe('dropped packets', () => {
  beforeAll(async () => {
    await scene.namespace.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'nobody' },
      spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cache' } }, policyTypes: ['Ingress'] }
    })
    await eventually(() => scene.ask('right'))
  })
  afterAll(async () => {
    await scene.namespace.kubectl('delete', 'networkpolicy', 'nobody')
    await untilReached(scene)
  })

  test('are awaited, and the address is reported', async () => {
    const run = await scene.ask('right')
    expect(run.failure).toMatchObject({
      code: 'elasticache-unreachable',
      message: expect.stringMatching(
        /^TCP: cache\..*:6379 does not answer a pod of namespace .* within 5 s: its address is \d+\.\d+\.\d+\.\d+$/
      ),
      hint: expect.stringContaining('security group')
    })
    expect(checksOf(run)).toEqual(['✓ host name', '✗ TCP'])
  })

  test('leave no pod behind when the run is cancelled', async () => {
    const admin = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=yaml')
    using access = await accessTo({ kubeconfig: admin }, 1, 60_000)
    const reason = new Error('cancelled')
    const onLog = (line: string) => {
      if (line === 'waiting for the answers of pod redis-probe') access.cancel.abort(reason)
    }
    await expect(scene.ask('right', { access, onLog })).rejects.toBe(reason)
    expect(await scene.otherPods()).toEqual([])
  })
})

describe('a probe pod', () => {
  test('is reported if a quota rejects it', async () => {
    const hard = { 'count/pods': '1' }
    await scene.namespace.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'one' }, spec: { hard } })
    await scene.namespace.kubectl(
      'wait',
      '--for=jsonpath={.status.used.count/pods}=1',
      'resourcequota/one',
      '--timeout=120s'
    )
    const { failure } = await scene.ask('right')
    await scene.namespace.kubectl('delete', 'resourcequota', 'one')
    expect(failure).toMatchObject({
      code: 'quota-exceeded',
      message: expect.stringMatching(/^cannot create Pod\/redis-probe in namespace .*exceeded quota: one/),
      hint: expect.stringContaining('describe resourcequota')
    })
  })

  test('is reported if a policy of the cluster rejects it', async () => {
    const { name } = scene.namespace
    const policy = `${name}-no-probes`
    const v1 = 'admissionregistration.k8s.io/v1'
    const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }
    await kubectlWithInput(
      JSON.stringify({
        apiVersion: v1,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: policy },
        spec: {
          matchConstraints: { resourceRules: [rule] },
          validations: [{ expression: "object.metadata.name != 'redis-probe'", message: 'no probes here' }]
        }
      }),
      'create',
      '-f',
      '-'
    )
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': name } }
    await kubectlWithInput(
      JSON.stringify({
        apiVersion: v1,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: policy },
        spec: { policyName: policy, validationActions: ['Deny'], matchResources: { namespaceSelector } }
      }),
      'create',
      '-f',
      '-'
    )
    try {
      const run = await eventually(() => scene.ask('right'))
      expect(run.failure).toMatchObject({
        code: 'invalid-manifest',
        message: expect.stringMatching(/^cannot create Pod\/redis-probe in namespace .*no probes here/)
      })
    } finally {
      await kubectl('delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', policy)
    }
    // The API server forgets a policy a moment after it has deleted it, and the next test makes a pod again.
    for (let attempt = 1; attempt <= 30; attempt++) {
      if ((await scene.ask('right')).failure?.code !== 'invalid-manifest') return
    }
    throw new Error('the policy is still enforced')
  })

  test('is reported if its image is missing', async () => {
    const { failure } = await scene.ask('right', { image: 'docker.io/library/redis:0.0.0-absent' })
    expect(failure).toMatchObject({
      code: 'image-pull',
      message: expect.stringMatching(/^the image docker\.io\/library\/redis:0\.0\.0-absent of container probe of pod/)
    })
  })

  test('is reported if its image has no shell', async () => {
    const { failure } = await scene.ask('right', { image: 'docker.io/oliver006/redis_exporter:v1.88.0' })
    expect(failure).toMatchObject({
      code: 'config-error',
      message: expect.stringMatching(/^pod redis-probe cannot be started: .*\/bin\/sh/),
      hint: expect.stringContaining('redis-image')
    })
  })

  test('is reported if its Secret lacks a key', async () => {
    const { name } = scene.namespace
    await scene.namespace.kubectl('delete', 'secret', 'redis-credentials', '--ignore-not-found')
    const owner = await scene.store({ host: host() })
    const run = await connectingFromPod(scene.access, scene.credentials('right'), { namespace: name, image, owner })
    expect(run.failure).toMatchObject({
      code: 'config-error',
      message: expect.stringMatching(/^pod redis-probe cannot be configured: couldn't find key port in Secret/)
    })
    await scene.namespace.kubectl('delete', 'secret', 'redis-credentials')
  })
})

describe('an existing pod of the same name', () => {
  const pod = (annotations: Record<string, string>, script: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'redis-probe', annotations },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: 300,
      securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image,
          command: ['/bin/sh', '-c', script],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
        }
      ]
    }
  })

  test('is replaced if a killed run left it behind', async () => {
    await scene.namespace.apply(pod({ 'redis-cache-action/run': 'killed' }, 'true'))
    await scene.namespace.kubectl(
      'wait',
      '--for=jsonpath={.status.phase}=Succeeded',
      'pod/redis-probe',
      '--timeout=60s'
    )
    const { failure, log } = await scene.ask('right')
    expect(failure).toBeUndefined()
    expect(log).toContainEqual(expect.stringMatching(/^removing pod redis-probe, left behind by a run at .*$/))
  })

  test('is awaited if another run uses it, and both succeed', async () => {
    const runs = await Promise.all([scene.ask('right'), scene.ask('right')])
    expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined])
    expect(runs.flatMap(({ log }) => log)).toContainEqual(expect.stringMatching(/^waiting for another run/))
  })

  test('is kept if it has another owner', async () => {
    await scene.namespace.apply(pod({}, 'sleep 300'))
    const { failure } = await scene.ask('right')
    expect(failure).toMatchObject({
      code: 'config-error',
      message: expect.stringMatching(/^pod redis-probe in namespace .* was not created by this action/)
    })
    expect(await scene.otherPods()).toEqual(['pod/redis-probe'])
    await scene.namespace.kubectl('delete', 'pod', 'redis-probe')
  })
})

test('needs exactly the granted permissions', async () => {
  const resourceNames = ['redis-probe', 'redis-probe-outsider']
  const rules = [
    { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
    { apiGroups: [''], resources: ['pods'], resourceNames, verbs: ['get', 'delete'] },
    { apiGroups: [''], resources: ['pods/log'], resourceNames, verbs: ['get'] },
    { apiGroups: [''], resources: ['events'], verbs: ['list'] }
  ]
  using access = await accessWith(scene.namespace, rules, true)
  expect((await scene.ask('right', { access })).failure).toBeUndefined()
  using less = await accessWith(scene.namespace, rules.slice(1), false)
  expect((await scene.ask('right', { access: less })).failure).toMatchObject({
    code: 'forbidden',
    hint: expect.stringContaining('- {apiGroups: [""], resources: [pods], verbs: [create]}')
  })
})

describe('a Redis in the cluster', () => {
  test('admits backends by its Service, and blocks another pod until the policy is removed', async () => {
    await using here = await stage()
    await here.apply()
    expect((await here.rollout()).failure).toBeUndefined()
    const { name } = here.namespace
    const owner = JSON.parse(await here.namespace.kubectl('get', 'secret', 'redis-credentials', '--output=json'))
    const [redis = '', port = '', password = '', url = ''] = await Promise.all(
      credentialFields.map((field) => here.namespace.credential(field))
    )
    const credentials = { host: redis, port, password, url }
    const options = { namespace: name, image, owner, topology: 'self-hosted', nonBackend: true } as const
    let run = await connectingFromPod(scene.access, credentials, options)
    // The nodes of a busy cluster learn of a new Service and of its policy late.
    const early = ['redis-unreachable', 'redis-open']
    for (let attempt = 1; early.includes(run.failure?.code ?? '') && attempt < 15; attempt++) {
      run = await connectingFromPod(scene.access, credentials, options)
    }
    expect(run.failure).toBeUndefined()
    expect(checksOf(run)).toEqual([
      '✓ host name',
      '✓ TCP',
      '✓ without a password',
      '✓ PING',
      '✓ role',
      '✓ one Redis',
      '✓ write',
      '✓ pod without the backend label'
    ])
    await here.namespace.kubectl('delete', 'networkpolicy', 'redis')
    const open = await eventually(() => connectingFromPod(scene.access, credentials, options))
    expect(open.failure).toMatchObject({
      code: 'redis-open',
      message: expect.stringMatching(
        /^pod without the backend label: a pod without the label app\.kubernetes\.io\/component: backend can connect to redis\./
      )
    })
    expect(await here.namespace.kubectl('get', 'pods', '--output=name')).toBe('pod/redis-0\n')
  })
})
