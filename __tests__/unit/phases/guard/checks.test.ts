import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import type { DataSetup } from '../../../../src/core/rendered-cache/data-setup.ts'
import { asksRedis, guardJudgement } from '../../../../src/phases/guard/checks.ts'
import type { GuardFacts } from '../../../../src/phases/guard/facts.ts'
import type { Running } from '../../../../src/phases/guard/running.ts'
import { shippedOne } from '../plan/shipped.ts'

const statefulSet = shippedOne('StatefulSet', 'redis')
const bound: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data-redis-0' },
  spec: { volumeName: 'pvc-1', accessModes: ['ReadWriteOnce'] },
  status: { phase: 'Bound' }
}
const claims = [{ name: 'data-redis-0', object: bound }]
const noClaim = [{ name: 'data-redis-0', object: undefined }]
const deleted = { ...bound, metadata: { ...bound.metadata, deletionTimestamp: 'now' } }
const running: Running = {
  appends: false,
  unfinished: ['aof_enabled:0'],
  keys: 201,
  bytes: 2048,
  appendedBytes: 0,
  used: 4096,
  maxmemory: 268_435_456,
  unsaved: 0,
  failing: [],
  engine: { name: 'redis', version: [7, 2] }
}
const setup: DataSetup = {
  savePoints: '900 1',
  maxmemory: 268_435_456,
  policy: 'allkeys-lru',
  memoryLimit: 536_870_912,
  place: { volume: 'claim data', folder: '.' },
  fileNames: { dbfilename: 'dump.rdb', appenddirname: 'appendonlydir', appendfilename: 'appendonly.aof' },
  engine: { name: 'redis', version: [7, 2] }
}
const switchedOn: Running = { ...running, appends: true, unfinished: [] }

/** A deployment that switches the append-only file on, with these differences. */
const facts = (differences: Partial<GuardFacts> = {}): GuardFacts => ({
  namespace: 'team',
  statefulSet,
  isStored: true,
  isOurs: true,
  startsAlike: true,
  outlivesPod: true,
  changes: ['configuration'],
  appends: { before: false, after: true },
  before: setup,
  after: setup,
  claims,
  running,
  silence: undefined,
  barrier: undefined,
  accepted: new Set(),
  ...differences
})
const silent = { running: undefined, silence: 'connect ECONNREFUSED' }
const preparationsOf = (differences: Partial<GuardFacts> = {}) => guardJudgement(facts(differences)).preparations
const lossesOf = (differences: Partial<GuardFacts>) =>
  guardJudgement(facts(differences)).losses.map(({ sentence }) => sentence)

describe('a Redis without an append-only file that would start with one', () => {
  test('has it switched on live, and gets the commands for that, should it fail', () => {
    const [loss] = preparationsOf()
    expect(lossesOf({})).toEqual([])
    expect(loss).toMatchObject({ kind: 'append-only' })
    expect(loss?.because).toBe(
      'redis-0 would restart (configuration) with appendonly yes, and Redis has no append-only file now: it would ' +
        'read one that is missing or old, and no snapshot'
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
    expect(preparationsOf({ statefulSet: own })[0]?.hint).toContain(
      '`kubectl -n team get secret redis-credentials -o jsonpath={.data.password} | base64 -d | ' +
        `kubectl -n team exec -i redis-0 -c redis -- sh -c 'REDISCLI_AUTH="$(cat)" redis-cli CONFIG SET appendonly yes'\``
    )
  })

  test.each<[string, Partial<GuardFacts>]>([
    ['where its configuration is not known', { appends: { before: undefined, after: true } }],
    ['where it was switched off live', { appends: { before: true, after: true } }],
    ['while it is still loading its data', { running: { ...running, keys: undefined } }]
  ])('has it switched on live, also %s', (_, differences) => {
    expect(preparationsOf(differences)).toEqual([expect.objectContaining({ kind: 'append-only' })])
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
      accepted: [],
      preparations: [],
      notes: [],
      lines: ['redis-0 would restart (configuration); its append-only file was enabled at runtime and is complete']
    })
  })

  test('is awaited while it is being written', () => {
    const [loss] = preparationsOf({ running: { ...switchedOn, unfinished: ['aof_rewrite_in_progress:1'] } })
    expect(loss?.because).toMatch(/is not complete \(aof_rewrite_in_progress:1\)$/)
    expect(loss?.hint).toMatch(/^wait until `kubectl .* redis-cli INFO persistence'` says aof_enabled:1/)
  })

  test('is accepted without a base where the configuration that Redis started with is unknown', () => {
    const young = { ...switchedOn, unfinished: ['aof_base_size:0'] }
    expect(preparationsOf({ appends: { before: undefined, after: true }, running: young })).toEqual([])
    expect(preparationsOf({ running: young })).toHaveLength(1)
  })

  test('may be rewritten if Redis was started with it', () => {
    const rewriting = { ...switchedOn, unfinished: ['aof_rewrite_in_progress:1'] }
    expect(preparationsOf({ appends: { before: true, after: true }, running: rewriting })).toEqual([])
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

  test('that stood there before and is smaller than its template is told', () => {
    const small = {
      ...bound,
      spec: { ...(bound['spec'] as object), accessModes: ['ReadWriteOnce'] },
      status: { phase: 'Bound', capacity: { storage: '10Mi' } }
    }
    expect(guardJudgement(facts({ ...unchanged, claims: of(small) })).notes).toEqual([
      expect.stringMatching(/^The claim data-redis-0 is not as its template says \(10Mi instead of 5Gi\)/)
    ])
    const right = { ...small, status: { phase: 'Bound', capacity: { storage: '5Gi' } } }
    expect(guardJudgement(facts({ ...unchanged, claims: of(right) })).notes).toEqual([])
  })

  test('and the append-only file are judged at once', () => {
    const { losses, preparations } = guardJudgement(facts({ claims: of(deleted) }))
    expect([losses, preparations].map((each) => each.length)).toEqual([1, 1])
  })
})

describe('the query of the running Redis', () => {
  const asks = (differences: Partial<GuardFacts>) => asksRedis(facts(differences))

  test('is made where Redis would restart, or gets less memory', () => {
    expect(asks({})).toBe(true)
    expect(asks({ changes: [], after: { ...setup, maxmemory: 8_388_608 } })).toBe(true)
  })

  test('is not made where nothing changes', () => {
    expect(asks({ changes: [] })).toBe(false)
  })
})

/** A Redis with an append-only file, before and after. */
const appending: Partial<GuardFacts> = { appends: { before: true, after: true }, running: switchedOn }

describe('a Redis that would start without its append-only file', () => {
  const off = { ...appending, appends: { before: true, after: false } }

  test('saves a snapshot first, which it reads then', () => {
    expect(lossesOf(off)).toEqual([])
    expect(preparationsOf(off)).toEqual([
      {
        kind: 'save',
        because:
          'redis-0 would restart (configuration) with appendonly no: it would read its last snapshot, and 0 changes are in ' +
          'no snapshot yet',
        hint: expect.stringMatching(/^save a snapshot: `kubectl .* redis-cli BGSAVE'`/)
      }
    ])
  })

  test('and had none before saves what no snapshot has yet', () => {
    const saving = { appends: { before: false, after: false } }
    expect(preparationsOf(saving)).toEqual([])
    expect(preparationsOf({ ...saving, running: { ...running, unsaved: 7 } })[0]?.because).toContain('7 changes')
  })

  test('and without save points would keep nothing any more, unless that is accepted', () => {
    const none = { ...off, after: { ...setup, savePoints: '' } }
    expect(lossesOf(none)).toEqual([expect.stringContaining('it writes nothing to its volume any more')])
    const { losses, accepted, preparations } = guardJudgement(facts({ ...none, accepted: new Set(['persistence']) }))
    expect({ losses, accepted }).toEqual({
      losses: [],
      accepted: [expect.stringMatching(/^Accepted \(persistence\): /)]
    })
    expect(preparations).toHaveLength(1)
  })

  test('and kept nothing before either loses nothing more', () => {
    const none = { ...setup, savePoints: '' }
    expect(lossesOf({ appends: { before: false, after: false }, before: none, after: none })).toEqual([])
  })
})

test('a Redis that cannot write its files is not restarted', () => {
  const failing = { ...appending, running: { ...switchedOn, failing: ['aof_last_write_status:err'] } }
  expect(lossesOf(failing)).toEqual([expect.stringContaining('cannot write its data (aof_last_write_status:err)')])
  expect(lossesOf({ ...failing, changes: [] })).toEqual([])
})

describe('another maxmemory', () => {
  const small = {
    ...appending,
    running: { ...switchedOn, used: 20_000_000 },
    after: { ...setup, maxmemory: 8_388_608 }
  }

  test('below what is used would evict keys, with the numbers', () => {
    expect(lossesOf(small)).toEqual([
      'maxmemory would be 8 MiB, and Redis uses 19.1 MiB now: 11.1 MiB more than that, of 201 keys, would be evicted ' +
        '(allkeys-lru)'
    ])
    expect(lossesOf({ ...small, changes: [] })).toHaveLength(1)
    expect(lossesOf({ ...small, accepted: new Set(['maxmemory']) })).toEqual([])
  })

  test('below what is used would end all writes with noeviction', () => {
    const noeviction = { ...small, after: { ...small.after, policy: 'noeviction' } }
    expect(lossesOf(noeviction)[0]).toMatch(/clients could write nothing \(noeviction\)$/)
  })

  test('above what is used is harmless, as is one that is no less than now', () => {
    expect(lossesOf({ ...small, after: { ...setup, maxmemory: 67_108_864 } })).toEqual([])
    const full = { ...switchedOn, used: 9_000_000, maxmemory: 8_388_608 }
    expect(lossesOf({ ...small, running: full })).toEqual([])
  })
})

test('a memory limit below what is used would kill Redis while it loads', () => {
  const killed = {
    ...appending,
    running: { ...switchedOn, used: 20_000_000 },
    after: { ...setup, memoryLimit: 16_777_216 }
  }
  expect(lossesOf(killed)).toEqual([expect.stringContaining('it would be killed while it loads them')])
})

describe('another engine', () => {
  const older = {
    ...appending,
    running: { ...switchedOn, engine: { name: 'redis' as const, version: [8, 2] as const } }
  }

  test('that cannot read the files is refused, and nobody can accept that', () => {
    const all = { ...older, accepted: new Set(['maxmemory', 'persistence', 'claim'] as const) }
    const [loss] = guardJudgement(facts(all)).losses
    expect(loss?.sentence).toContain('as Redis 7.2, which cannot read the files that Redis 8.2 writes')
    expect(loss?.hint).toMatch(/^use an image of Redis 8\.2 or newer/)
  })

  test('is not judged by its tag where it does not tell', () => {
    expect(lossesOf({ ...older, after: { ...setup, engine: undefined } })).toEqual([])
  })
})

describe('another place for the files', () => {
  const moved = (after: Partial<DataSetup>) => ({ ...appending, after: { ...setup, ...after } })

  test('is refused, by what would be accepted', () => {
    const volume = guardJudgement(facts(moved({ place: { volume: 'a volume of type emptyDir', folder: '.' } })))
    expect(volume.losses).toMatchObject([
      { danger: 'claim', sentence: expect.stringContaining('no longer on claim data') }
    ])
    const folder = guardJudgement(facts(moved({ place: { volume: 'claim data', folder: 'new' } })))
    expect(folder.losses).toMatchObject([
      { danger: 'persistence', sentence: expect.stringContaining('`dir` would be new') }
    ])
    const name = guardJudgement(facts(moved({ fileNames: { ...setup.fileNames, dbfilename: 'other.rdb' } })))
    expect(name.losses).toMatchObject([{ danger: 'persistence', sentence: expect.stringContaining('other.rdb') }])
  })

  test('loses nothing of a Redis without keys, or of one that is down', () => {
    const place = { volume: 'claim other', folder: '.' }
    expect(lossesOf({ ...moved({ place }), running: { ...switchedOn, keys: 0 } })).toEqual([])
    expect(lossesOf({ ...moved({ place }), ...silent })).toEqual([])
  })
})

describe('a Redis of others that lets nobody look at its data', () => {
  const locked = { ...appending, ...silent, isOurs: false, barrier: { hint: undefined } }

  test('is not restarted', () => {
    expect(lossesOf(locked)).toEqual([expect.stringContaining('which another client deployed')])
    expect(lossesOf({ ...locked, isOurs: true })).toEqual([])
    expect(lossesOf({ ...locked, changes: [] })).toEqual([])
  })
})

test('a danger that was accepted and is not there is told', () => {
  expect(guardJudgement(facts({ ...appending, accepted: new Set(['claim']) })).notes).toEqual([
    '`accept-data-loss` has claim, and there is no such danger in this change.'
  ])
})
