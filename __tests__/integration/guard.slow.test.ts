import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Deadline } from '../../src/core/deadline.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import { Redactor } from '../../src/core/redact/redactor.ts'
import type { Preparation, ProgramResult } from '../../src/core/result.ts'
import type { ObjectStates } from '../../src/phases/apply/deps.ts'
import { dataAtRiskFailure } from '../../src/phases/guard/guard.ts'
import { guardData } from '../../src/steps/guard-phase.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { startSilent } from '../support/redis/misbehaving.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { accessTo, applying } from './applying.ts'
import { ended, wordsOf } from './outcome.ts'
import { commanding } from './probing.ts'
import { documentsFor, edited, namespace } from './rendering.ts'

let password: string
let redis: RedisProcess
let api: KubernetesApi

beforeEach(async () => {
  password = randomBytes(12).toString('base64url')
  redis = await startRedis({ password, config: 'appendonly no\nsave 900 1\n' })
  api = await startKubernetesApi({ forward: { 6379: redis.port }, startMs: 50 })
})
afterEach(async () => {
  await api[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
})

const redisCommands = (...commands: (readonly [string, ...string[]])[]) => commanding(redis, password, ...commands)
/** The shipped manifests, with texts replaced that must be there. */
async function documents(...edits: readonly (readonly [from: string, to: string])[]): Promise<ManifestDocument[]> {
  const shipped = await documentsFor()
  for (const [from] of edits) expect(shipped.some(({ source }) => source.includes(from))).toBe(true)
  return edited(shipped, (text) => edits.reduce((sum, [from, to]) => sum.replace(from, () => to), text))
}

const switchedOff = ['appendonly yes', 'appendonly no'] as const
const off = () => documents(switchedOff)

/** Deploys for real, without waiting for a pod to be Ready. */
async function deployed(what: readonly ManifestDocument[]): Promise<void> {
  using access = await accessTo(api)
  const { failure } = await applying(access, what, { redisPassword: password })
  if (failure !== undefined) throw failure
}

interface GuardRun {
  readonly failure: Awaited<ReturnType<typeof ended>>['failure']
  /** What Redis is to do before its restart. */
  readonly preparations: readonly Preparation[]
  readonly notes: readonly string[]
  readonly log: readonly string[]
  /** What the guard asked of the API server. */
  readonly asked: readonly string[]
}

/** Tries a deployment as the action does, and judges it; the password may stand in nothing that is said. */
async function guarding(
  what: readonly ManifestDocument[],
  redisPassword: string | undefined = password
): Promise<GuardRun> {
  using access = await accessTo(api, 1, 60_000)
  const { client, cluster, clock } = access
  const states: ObjectStates[] = []
  const tried = await applying(access, what, { redisPassword, dryRun: true }, (_, state) => void states.push(state))
  if (tried.failure !== undefined) throw tried.failure
  const before = api.requests.length
  const result: ProgramResult = { phases: [] }
  const log: string[] = []
  const secrets = [password]
  const step = { result, log: (line: string) => void log.push(line), redactor: new Redactor(() => {}) }
  const target = {
    namespace,
    connection: client.connection,
    cluster,
    cleaning: cluster,
    deadline: new Deadline(clock, 60_000),
    role: 'rbac' as const
  }
  const { failure, result: guarded } = await ended(
    guardData(states, new Set(), target, step).then((found) => {
      result.notes = [...(result.notes ?? []), ...(found?.notes ?? [])]
      if (found !== undefined && found.losses.length > 0) throw dataAtRiskFailure(found.losses)
      return found
    })
  )
  const notes = result.notes ?? []
  expectNoSecret([...log, ...notes, failure === undefined ? '' : wordsOf(failure)].join('\n'), secrets)
  const asked = api.requests.slice(before).map(({ method, path }) => `${method} ${path}`)
  return { failure, preparations: guarded?.preparations ?? [], notes, log, asked }
}

const claimPath = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/data-redis-0`

function seedClaim(rest: object, metadata: object = {}): void {
  api.seed({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data-redis-0', namespace, ...metadata },
    spec: { volumeName: 'pvc-1' },
    ...rest
  })
}

describe('a deployment that switches the append-only file on', () => {
  beforeEach(async () => deployed(await off()))

  test('has it switched on live first while Redis holds keys, and the guard writes nothing', async () => {
    await redisCommands(['SET', 'patient', '1'], ['SET', 'ward', '2'])
    const { failure, preparations, asked } = await guarding(await documents())
    expect(failure).toBeUndefined()
    expect(preparations).toEqual([
      {
        kind: 'append-only',
        because: expect.stringContaining('Redis has no append-only file now'),
        hint: expect.stringContaining('redis-cli CONFIG SET appendonly yes')
      }
    ])
    expect(asked.filter((request) => !request.startsWith('GET '))).toEqual([])
  })

  test('is accepted if it was switched on live and is complete', async () => {
    if (redis.embedded) return
    await redisCommands(['SET', 'patient', '1'], ['CONFIG', 'SET', 'appendonly', 'yes'])
    let info = ''
    while (!/aof_rewrite_in_progress:0/.test(info) || !/aof_base_size:[1-9]/.test(info)) {
      info = String((await redisCommands(['INFO', 'persistence']))[0])
    }
    const { failure, log } = await guarding(await documents())
    expect(failure).toBeUndefined()
    expect(log).toEqual([expect.stringContaining('was enabled at runtime and is complete')])
  })

  test('is accepted with a note while Redis holds no keys', async () => {
    const { failure, log } = await guarding(await documents())
    expect(failure).toBeUndefined()
    expect(log).toEqual([expect.stringContaining('holds no key that could be lost')])
  })

  test('queries Redis with its current password, not with that of the run', async () => {
    await redisCommands(['SET', 'patient', '1'])
    const { preparations } = await guarding(await documents(), 'another-password-1')
    expect(preparations).toHaveLength(1)
  })

  test('has it switched on live if an argument switches it on', async () => {
    await redisCommands(['SET', 'patient', '1'])
    const script = 'exec redis-server /etc/redis/redis.conf'
    const own = await documents(switchedOff, [script, `${script} --appendonly yes`])
    expect((await guarding(own)).preparations).toHaveLength(1)
  })

  test.each<[string, () => Promise<void>, string]>([
    [
      'the password is refused',
      async () => {
        await redisCommands(['CONFIG', 'SET', 'requirepass', 'another-password-1'])
      },
      'WRONGPASS'
    ],
    [
      'the port-forward is forbidden',
      async () => {
        const body = {
          kind: 'Status',
          status: 'Failure',
          reason: 'Forbidden',
          message: 'pods "redis-0" is forbidden',
          code: 403
        }
        api.fault({ path: /portforward/, times: 99, reply: { status: 403, body } })
      },
      'is forbidden'
    ],
    [
      'the pod is away',
      async () => {
        api.behave({ kind: 'unschedulable' })
        api.remove('Pod', namespace, 'redis-0')
      },
      'redis-0'
    ]
  ])('is judged by the deployed configuration where %s', async (_, break_, reason) => {
    await redisCommands(['SET', 'patient', '1'])
    await break_()
    const { failure } = await guarding(await documents())
    expect(failure?.code).toBe('data-at-risk')
    expect(failure?.message).toContain('deployed with appendonly no')
    expect(failure?.message).toContain(reason)
  })
})

test('does not mistake redis.conf for a variable that decides about the append-only file', async () => {
  const script = 'exec redis-server /etc/redis/redis.conf'
  const own = (value: string) =>
    documents(switchedOff, [script, `AOF=${value}\n              ${script} --appendonly "$AOF"`])
  await deployed(await own('no'))
  await redisCommands(['SET', 'patient', '1'])
  const { failure } = await guarding(await own('yes'))
  expect(failure).toMatchObject({ code: 'data-at-risk', message: expect.stringContaining('is not known') })
})

const message =
  'pods "redis-0" is forbidden: User "system:serviceaccount:default:ci" cannot create resource "pods/portforward" in ' +
  'API group "" in the namespace "default"'
const noForward = {
  path: /portforward/,
  times: 99,
  reply: { status: 403, body: { kind: 'Status', status: 'Failure', reason: 'Forbidden', message, code: 403 } }
}
const rule = '`- {apiGroups: [""], resources: [pods/portforward], resourceNames: ["redis-0"], verbs: [get, create]}`'

test('is refused with the missing rule where the port-forward is forbidden', async () => {
  await deployed(await off())
  api.fault(noForward)
  expect((await guarding(await documents())).failure?.hint).toContain(rule)
})

describe('a Redis deployed with an append-only file that cannot be queried', () => {
  beforeEach(async () => {
    await deployed(await documents())
    seedClaim({ status: { phase: 'Bound' } })
  })
  const other = () => documents(['appendfsync everysec', 'appendfsync always'])

  test('is replaced with a note if it has another password', async () => {
    await redisCommands(['CONFIG', 'SET', 'requirepass', 'another-password-1'])
    const { failure, notes } = await guarding(await other())
    expect(failure).toBeUndefined()
    expect(notes).toEqual([expect.stringMatching(/was not checked: .*WRONGPASS.* deployed with appendonly yes/)])
  })

  test('is replaced with a note and the rule if the permission is missing', async () => {
    api.fault(noForward)
    const { failure, notes } = await guarding(await other())
    expect(failure).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining(rule)])
  })
})

test('is queried once, for seconds, if it does not respond', async () => {
  await deployed(await off())
  await using silent = await startSilent()
  await using other = await startKubernetesApi({ forward: { 6379: silent.port }, startMs: 50 })
  const quiet = api
  api = other
  await deployed(await off())
  const { failure, asked } = await guarding(await documents())
  api = quiet
  expect(failure?.message).toMatch(/Redis cannot be queried \(.*time/i)
  expect(asked.filter((request) => request.endsWith('/portforward'))).toHaveLength(1)
})

describe('the claim of the deployed Redis', () => {
  beforeEach(async () => deployed(await documents()))

  test('blocks the run if it is being deleted, even where nothing would change', async () => {
    seedClaim(
      { status: { phase: 'Bound' } },
      { deletionTimestamp: '2026-11-30T00:00:00Z', finalizers: ['kubernetes.io/pvc-protection'] }
    )
    const { failure } = await guarding(await documents())
    expect(failure).toMatchObject({
      code: 'data-at-risk',
      message: expect.stringContaining('the claim data-redis-0 is being deleted'),
      hint: expect.stringContaining('kubectl patch pv pvc-1')
    })
  })

  test('blocks the run if it is Lost', async () => {
    seedClaim({ status: { phase: 'Lost' } })
    const { failure } = await guarding(await documents())
    expect(failure?.message).toContain('the claim data-redis-0 is Lost')
  })

  test('gets a note with the rule if it must not be read', async () => {
    const message =
      'persistentvolumeclaims "data-redis-0" is forbidden: User "system:serviceaccount:default:ci" cannot get resource ' +
      '"persistentvolumeclaims" in API group "" in the namespace "default"'
    const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message, code: 403 }
    api.fault({ path: /persistentvolumeclaims/, reply: { status: 403, body } })
    const { failure, notes } = await guarding(await documents())
    expect(failure).toBeUndefined()
    expect(notes).toEqual([
      'Whether PersistentVolumeClaim/data-redis-0 is being deleted was not checked: give ' +
        'system:serviceaccount:default:ci the Role in manifests/rbac, or in its Role in namespace default: ' +
        '`- {apiGroups: [""], resources: [persistentvolumeclaims], resourceNames: ["data-redis-0"], verbs: [get]}`'
    ])
  })

  test('costs one request and no port-forward where nothing changes', async () => {
    const { failure, asked } = await guarding(await documents())
    expect(failure).toBeUndefined()
    expect(asked).toEqual([`GET ${claimPath}`])
  })
})

test('is the only thing read where no Redis is deployed yet', async () => {
  const { failure, asked, notes, log } = await guarding(await documents())
  expect(failure).toBeUndefined()
  expect(asked).toEqual([`GET ${claimPath}`])
  expect([...notes, ...log]).toEqual([])
})

describe('a missing StatefulSet', () => {
  const bound = { status: { phase: 'Bound' } }
  const removePod = () => {
    api.behave({ kind: 'unschedulable' })
    api.remove('Pod', namespace, 'redis-0')
  }

  test.each<[string, () => Promise<ManifestDocument[]>, object]>([
    ['without an append-only file: refused', off, { code: 'data-at-risk' }],
    ['with one: accepted', documents, {}]
  ])('is judged by its ConfigMap if the claim remains, %s', async (_, what, expected) => {
    await deployed(await what())
    seedClaim(bound)
    removePod()
    api.remove('StatefulSet', namespace, 'redis')
    const { failure, notes } = await guarding(await documents())
    expect({ ...(failure && { code: failure.code }) }).toEqual(expected)
    expect(notes).toEqual([])
  })

  test('with only the claim remaining gets a note that the configuration is unknown', async () => {
    seedClaim(bound)
    const { failure, notes } = await guarding(await documents())
    expect(failure).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('it is unknown whether it has an append-only file now')])
  })

  test('blocks the run if the claim is being deleted', async () => {
    seedClaim(bound, { deletionTimestamp: '2026-11-30T00:00:00Z', finalizers: ['kubernetes.io/pvc-protection'] })
    const { failure } = await guarding(await documents())
    expect(failure).toMatchObject({
      code: 'data-at-risk',
      message: expect.stringContaining('the claim data-redis-0 is being deleted'),
      hint: expect.stringContaining('kubectl -n default delete pod redis-0 --ignore-not-found')
    })
  })
})
