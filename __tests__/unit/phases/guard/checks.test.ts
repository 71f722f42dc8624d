import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { asksRedis, type GuardFacts, guardJudgement } from '../../../../src/phases/guard/checks.ts'
import type { Running } from '../../../../src/phases/guard/running.ts'
import { shippedOne } from '../plan/shipped.ts'

const statefulSet = shippedOne('StatefulSet', 'redis')
const bound: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data-redis-0' },
  spec: { volumeName: 'pvc-1' },
  status: { phase: 'Bound' }
}
const claims = [{ name: 'data-redis-0', object: bound }]
const noClaim = [{ name: 'data-redis-0', object: undefined }]
const deleted = { ...bound, metadata: { ...bound.metadata, deletionTimestamp: 'now' } }
const running: Running = { appends: false, unfinished: ['aof_enabled:0'], keys: 201, bytes: 2048 }
const switchedOn: Running = { ...running, appends: true, unfinished: [] }

/** A deployment that switches the append-only file on, with these differences. */
const facts = (differences: Partial<GuardFacts> = {}): GuardFacts => ({
  namespace: 'team',
  statefulSet,
  isStored: true,
  startsAlike: true,
  outlivesPod: true,
  changes: ['configuration'],
  appends: { before: false, after: true },
  claims,
  running,
  silence: undefined,
  barrier: undefined,
  ...differences
})
const silent = { running: undefined, silence: 'connect ECONNREFUSED' }
const lossesOf = (differences: Partial<GuardFacts>) =>
  guardJudgement(facts(differences)).losses.map(({ sentence }) => sentence)

describe('a Redis without an append-only file that would start with one', () => {
  test('would lose its keys, and gets the commands that switch it on live', () => {
    const [loss] = guardJudgement(facts()).losses
    expect(loss?.sentence).toBe(
      'redis-0 would restart (configuration) with appendonly yes, and Redis has no append-only file now: it would ' +
        'read one that is missing or old, and no snapshot: 201 keys (2 KiB) would be lost'
    )
    const exec = `kubectl -n team exec redis-0 -c redis -- sh -c 'REDISCLI_AUTH="$(cat /run/redis-credentials/password)" redis-cli`
    expect(loss?.hint).toBe(
      `enable it while Redis runs. When \`${exec} INFO persistence'\` says rdb_bgsave_in_progress:0, type ` +
        `\`${exec} CONFIG SET appendonly yes'\`. When the first command says aof_enabled:1, aof_rewrite_scheduled:0, ` +
        'aof_rewrite_in_progress:0, aof_last_bgrewrite_status:ok and aof_base_size (before Redis 7: aof_current_size) ' +
        'above 0, run again'
    )
  })

  test('gets its password on standard input where the manifests mount none', () => {
    const own = shippedOne('StatefulSet', 'redis', [
      'mountPath: /run/redis-credentials/password',
      'mountPath: /elsewhere/password'
    ])
    expect(guardJudgement(facts({ statefulSet: own })).losses[0]?.hint).toContain(
      '`kubectl -n team get secret redis-credentials -o jsonpath={.data.password} | base64 -d | ' +
        `kubectl -n team exec -i redis-0 -c redis -- sh -c 'REDISCLI_AUTH="$(cat)" redis-cli CONFIG SET appendonly yes'\``
    )
  })

  test.each<[string, Partial<GuardFacts>]>([
    ['would lose it, also where its configuration is not known', { appends: { before: undefined, after: true } }],
    ['would lose it, also where it was switched off live', { appends: { before: true, after: true } }]
  ])('would lose its keys: %s', (_, differences) => {
    expect(lossesOf(differences)).toEqual([expect.stringContaining('201 keys (2 KiB) would be lost')])
  })

  test('would lose one key of unknown size', () => {
    expect(lossesOf({ running: { ...running, keys: 1, bytes: undefined } })[0]).toMatch(/: 1 key would be lost$/)
  })

  test('would lose the data that it is still loading', () => {
    expect(lossesOf({ running: { ...running, keys: undefined } })[0]).toContain('every key would be lost')
  })

  test.each<[string, Partial<GuardFacts>]>([
    ['holds no key', { running: { ...running, keys: 0 } }],
    ['would not start anew', { changes: [] }],
    ['would start without one, too', { appends: { before: false, after: false } }]
  ])('loses nothing where it %s', (_, differences) => {
    expect(guardJudgement(facts(differences))).toMatchObject({ losses: [], notes: [] })
  })

  test('loses its keys anyway, with a note, if no volume outlives its pod', () => {
    expect(guardJudgement(facts({ outlivesPod: false, claims: [] }))).toMatchObject({
      losses: [],
      notes: [
        'redis-0 would restart (configuration), and keeps no data on a volume that outlives it: 201 keys (2 KiB) would be lost'
      ]
    })
  })
})

describe('a Redis whose append-only file depends on a variable', () => {
  const unknown = { appends: { before: undefined, after: undefined } }

  test('would lose its keys where the variable changes, and gets two ways out', () => {
    const [loss] = guardJudgement(facts({ ...unknown, startsAlike: false })).losses
    expect(loss?.sentence).toBe(
      'redis-0 would restart (configuration), and whether with appendonly yes is not known: Redis has no append-only ' +
        'file now; if it starts with one, 201 keys (2 KiB) would be lost'
    )
    expect(loss?.hint).toMatch(/CONFIG SET appendonly yes.*`--appendonly no`/)
  })

  test('is replaced with a note where nothing that decides it changes', () => {
    expect(guardJudgement(facts(unknown))).toMatchObject({
      losses: [],
      notes: [expect.stringContaining('Its command and its variables stay as they are')]
    })
  })

  test.each<[string, Partial<GuardFacts>]>([
    ['holds no key', { running: { ...running, keys: 0 } }],
    ['has its file', { running: switchedOn }],
    ['has no claim', { ...silent, claims: noClaim }],
    ['was started with one', { ...silent, appends: { before: true, after: undefined } }]
  ])('loses nothing where it %s', (_, differences) => {
    const { losses, notes } = guardJudgement(facts({ ...unknown, startsAlike: false, ...differences }))
    expect([...losses, ...notes]).toEqual([])
  })

  test('gets a note if it cannot be queried', () => {
    const { losses, notes } = guardJudgement(facts({ ...unknown, ...silent, startsAlike: false }))
    expect(losses).toEqual([])
    expect(notes).toEqual([expect.stringContaining('Redis cannot be queried (connect ECONNREFUSED)')])
  })
})

describe('an append-only file that was switched on live', () => {
  test('is accepted when it is complete', () => {
    expect(guardJudgement(facts({ running: switchedOn }))).toEqual({
      losses: [],
      notes: [],
      lines: ['redis-0 would restart (configuration); its append-only file was enabled at runtime and is complete']
    })
  })

  test('is awaited while it is being written', () => {
    const [loss] = guardJudgement(
      facts({ running: { ...switchedOn, unfinished: ['aof_rewrite_in_progress:1'] } })
    ).losses
    expect(loss?.sentence).toContain('is not complete (aof_rewrite_in_progress:1): 201 keys')
    expect(loss?.hint).toMatch(/^wait until `kubectl .* redis-cli INFO persistence'` says aof_enabled:1/)
  })

  test('is accepted without a base where the configuration that Redis started with is unknown', () => {
    const young = { ...switchedOn, unfinished: ['aof_base_size:0'] }
    expect(lossesOf({ appends: { before: undefined, after: true }, running: young })).toEqual([])
    expect(lossesOf({ running: young })).toHaveLength(1)
  })

  test('may be rewritten if Redis was started with it', () => {
    const rewriting = { ...switchedOn, unfinished: ['aof_rewrite_in_progress:1'] }
    expect(lossesOf({ appends: { before: true, after: true }, running: rewriting })).toEqual([])
  })
})

describe('a Redis that cannot be queried', () => {
  test('is blocked if deployed without an append-only file, because its snapshot would not be read', () => {
    const [loss] = guardJudgement(facts(silent)).losses
    expect(loss?.sentence).toContain('deployed with appendonly no')
    expect(loss?.sentence).toContain('Redis cannot be queried (connect ECONNREFUSED)')
    expect(loss?.hint).toMatch(/deploy with appendonly no until redis-0 is Ready\. Then enable it while Redis runs/)
  })

  test('loses nothing if deployed with an append-only file', () => {
    expect(guardJudgement(facts({ ...silent, appends: { before: true, after: true } }))).toMatchObject({
      losses: [],
      notes: []
    })
  })

  test('gets a note about what was not checked if deployed with an append-only file', () => {
    const started = { ...silent, appends: { before: true, after: true } }
    const { losses, notes, lines } = guardJudgement(facts({ ...started, barrier: { hint: undefined } }))
    expect({ losses, lines }).toEqual({ losses: [], lines: [] })
    expect(notes).toEqual([
      'redis-0 would restart (configuration). Whether Redis still writes its append-only file was not checked: ' +
        'Redis cannot be queried (connect ECONNREFUSED); it was deployed with appendonly yes. If that was switched off ' +
        'since, what was written from then on is lost.'
    ])
    const forbidden = guardJudgement(facts({ ...started, barrier: { hint: 'grant the right' } }))
    expect(forbidden.notes).toEqual([expect.stringMatching(/is lost\. For this run to ask Redis, grant the right\.$/)])
  })

  test('gets a hint to the missing permission if deployed without an append-only file', () => {
    const [loss] = guardJudgement(facts({ ...silent, barrier: { hint: 'grant the right' } })).losses
    expect(loss?.hint).toBe('for this run to ask Redis, grant the right')
  })

  test('is blocked if the deployed configuration is unknown as well', () => {
    const { losses, notes } = guardJudgement(facts({ ...silent, appends: { before: undefined, after: true } }))
    expect(losses).toEqual([])
    expect(notes).toEqual([expect.stringContaining('it is unknown whether it has an append-only file now')])
  })

  test('can lose nothing if no claim was ever made', () => {
    expect(guardJudgement(facts({ ...silent, claims: noClaim }))).toMatchObject({ losses: [], notes: [] })
  })

  test('can lose nothing if no volume outlives its pod', () => {
    expect(guardJudgement(facts({ ...silent, outlivesPod: false, claims: [] }))).toMatchObject({
      losses: [],
      notes: []
    })
  })

  test('is blocked if a claim that must not be read may hold data', () => {
    expect(lossesOf({ ...silent, claims: [] })).toHaveLength(1)
  })
})

describe('a volume claim', () => {
  const unchanged: Partial<GuardFacts> = { changes: [], running: undefined, silence: undefined }
  const of = (object: KubernetesObject) => [{ name: 'data-redis-0', object }]

  test('is a loss if it is being deleted, even where nothing would restart', () => {
    const [loss] = guardJudgement(facts({ ...unchanged, claims: of(deleted) })).losses
    expect(loss?.sentence).toMatch(/^the claim data-redis-0 is being deleted, .* the volume pvc-1 goes/)
    expect(loss?.hint.split('`').filter((_, index) => index % 2 === 1)).toEqual([
      `kubectl patch pv pvc-1 --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
      'kubectl -n team scale statefulset/redis --replicas=0',
      'kubectl -n team wait --for=delete pvc/data-redis-0 --timeout=5m',
      `kubectl patch pv pvc-1 --patch '{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}'`,
      'kubectl -n team scale statefulset/redis --replicas=1'
    ])
  })

  test('is created again by the next run if it is being deleted without its StatefulSet', () => {
    const [loss] = guardJudgement(facts({ ...unchanged, isStored: false, claims: of(deleted) })).losses
    expect(loss?.hint.split('`').filter((_, index) => index % 2 === 1)).toEqual([
      `kubectl patch pv pvc-1 --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
      'kubectl -n team delete pod redis-0 --ignore-not-found',
      'kubectl -n team wait --for=delete pvc/data-redis-0 --timeout=5m',
      `kubectl patch pv pvc-1 --patch '{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}'`
    ])
  })

  test('needs manual creation if no template creates it again', () => {
    const own = { ...deleted, metadata: { ...deleted.metadata, name: 'own' } }
    const [loss] = guardJudgement(facts({ ...unchanged, claims: [{ name: 'own', object: own }] })).losses
    expect(loss?.hint).toContain('recreate the claim own from its manifest, `kubectl -n team scale')
  })

  test('only needs to disappear if it is being deleted and has no volume', () => {
    const [loss] = guardJudgement(facts({ ...unchanged, claims: of({ ...deleted, spec: {} }) })).losses
    expect(loss?.hint).toBe('wait until it is gone, and run again: `kubectl -n team get pvc data-redis-0`')
  })

  test('with the phase Lost requires copying the data from the memory of Redis', () => {
    const [loss] = guardJudgement(facts({ ...unchanged, claims: of({ ...bound, status: { phase: 'Lost' } }) })).losses
    expect(loss?.hint).toContain(`redis-cli --rdb -' > redis.rdb\``)
  })

  test('is a loss if it is gone while Redis answers and would restart', () => {
    const gone = { claims: noClaim, running: switchedOn, appends: { before: true, after: true } }
    expect(lossesOf(gone)).toEqual([expect.stringContaining('the claim data-redis-0 is gone')])
    expect(lossesOf({ ...gone, running: { ...switchedOn, keys: 0 } })).toEqual([])
    expect(lossesOf({ ...gone, running: undefined, silence: 'no pod' })).toEqual([])
  })

  test('and the append-only file are reported in one failure', () => {
    expect(lossesOf({ claims: of(deleted) })).toHaveLength(2)
  })
})

describe('the query of the running Redis', () => {
  const asks = (differences: Partial<GuardFacts>) => asksRedis(facts(differences))

  test('is made where Redis would restart with an append-only file or without its claim', () => {
    expect(asks({})).toBe(true)
    expect(asks({ appends: { before: false, after: false }, claims: noClaim })).toBe(true)
    expect(asks({ appends: { before: undefined, after: undefined } })).toBe(true)
  })

  test('is not made where nothing depends on the reply', () => {
    expect(asks({ changes: [] })).toBe(false)
    expect(asks({ appends: { before: false, after: false } })).toBe(false)
  })
})
