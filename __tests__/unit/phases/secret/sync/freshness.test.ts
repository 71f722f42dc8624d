import { describe, expect, test } from '@jest/globals'
import { forcing } from '../../../../../src/phases/secret/sync/force-sync.ts'
import { lastSyncStatus } from '../../../../../src/phases/secret/sync/last-sync.ts'
import { freshness } from '../../../../../src/phases/secret/sync/refresh-policy.ts'
import { externalSecret, failed, synced } from '../sync-shapes.ts'

const retained = { ...synced, message: 'secret retained due to DeletionPolicy=Retain' }
const missing = {
  ...synced,
  reason: 'SecretMissing',
  message: 'secret will not be created due to CreationPolicy=Merge'
}
const deleted = { ...synced, reason: 'SecretDeleted', message: 'secret deleted due to DeletionPolicy=Delete' }

describe('after the ExternalSecret was told to sync', () => {
  const id = 'ExternalSecret/redis-credentials'

  test.each([
    ['nobody has seen it', externalSecret(), undefined, `the operator to sync ${id}`],
    [
      'Ready=True is of yesterday',
      externalSecret({ ready: synced, version: '2-a' }),
      '2-a',
      `the operator to sync ${id}`
    ],
    [
      'an older generation was synced meanwhile',
      externalSecret({ ready: synced, version: '1-b' }),
      '1-a',
      `the operator to sync generation 2 of ${id}`
    ],
    [
      'a generation that only begins with the same digit was synced',
      externalSecret({ ready: synced, version: '22-b' }),
      '1-a',
      `the operator to sync generation 2 of ${id}`
    ],
    [
      'a sync succeeded, and then one failed',
      externalSecret({ ready: failed, version: '2-b' }),
      '2-a',
      `${id} to be Ready (SecretSyncedError: could not get secret data from provider)`
    ]
  ])('%s: not fresh yet', (_, object, before, waitingFor) => {
    expect(freshness(object, before)).toEqual({ state: 'waiting', waitingFor })
  })

  test.each([
    ['for the first time', externalSecret({ ready: synced, version: '2-a' }), undefined],
    ['again', externalSecret({ ready: synced, version: '2-b' }), '2-a'],
    [
      'again within the same second',
      externalSecret({ ready: synced, version: '2-b', refreshTime: '2026-11-23T08:15:39Z' }),
      '2-a'
    ],
    [
      'by an older operator',
      externalSecret({ ready: { ...synced, message: 'Secret was synced' }, version: '2-b' }),
      '2-a'
    ]
  ])('synced %s: fresh', (_, object, before) => {
    expect(freshness(object, before)).toEqual({ state: 'fresh', detail: 'at 2026-11-23T08:15:39Z' })
  })

  test.each([
    ['AWS gave nothing, and the old Secret stays', retained, /SecretSynced: secret retained due to/, /remoteRef/],
    [
      'there is no Secret to merge into',
      missing,
      /SecretMissing: secret will not be created/,
      /`creationPolicy: Owner`/
    ],
    ['the secret is gone from AWS', deleted, /SecretDeleted: secret deleted/, /AWS Secrets Manager again/],
    ['words of a success for another reason', { ...synced, reason: 'Else' }, /Else: secret synced$/, /with the reason/],
    [
      'a reason that is also a word of JavaScript',
      { ...synced, reason: 'constructor' },
      /constructor: /,
      /with the reason/
    ],
    ['the operator says what nobody knows', { ...synced, reason: 'Else', message: 'x' }, /Else: x$/, /with the reason/]
  ])('%s: Ready=True, and stale', (_, ready, sentence, hint) => {
    expect(freshness(externalSecret({ ready, version: '2-b' }), '2-a')).toEqual({
      state: 'refused',
      refusal: {
        code: 'secret-stale',
        sentence: expect.stringMatching(sentence),
        hint: expect.stringMatching(hint)
      }
    })
  })
})

describe('an ExternalSecret that was synced once', () => {
  const nextDay = new Date('2026-11-24T08:00:00Z')
  const told = (spec: object, begin = nextDay) =>
    forcing(externalSecret({ ready: synced, version: '2-a', spec }), 'team', begin)

  test.each([
    ['by default', {}],
    ['with a policy that is the default', { refreshPolicy: 'Periodic' }],
    ['on each change, which an annotation is', { refreshPolicy: 'OnChange', refreshInterval: '0s' }],
    ['with an interval that is short', { refreshInterval: '1ms' }],
    ['where the Secret has another owner', { target: { creationPolicy: 'Orphan' } }],
    ['where the Secret has other keys besides', { target: { creationPolicy: 'Merge' } }],
    ['with a policy of a newer operator', { target: { creationPolicy: 'CreateOrMerge' } }]
  ])('can be forced to sync %s', (_, spec) => {
    expect(told(spec)).toEqual({ state: 'possible' })
  })

  test.each([
    [
      'CreatedOnce',
      { refreshPolicy: 'CreatedOnce' },
      'refreshPolicy: CreatedOnce disables later syncs',
      '`refreshPolicy: Periodic`'
    ],
    ['0', { refreshInterval: '0' }, 'refreshInterval: 0 disables later syncs', '`refreshInterval: 1h0m0s`'],
    ['0s', { refreshInterval: '0s' }, 'refreshInterval: 0s disables later syncs', '`refreshInterval: 1h0m0s`'],
    [
      '0h0m0s',
      { refreshInterval: '0h0m0s' },
      'refreshInterval: 0h0m0s disables later syncs',
      '`refreshInterval: 1h0m0s`'
    ],
    [
      '-1h',
      { refreshInterval: '-1h', refreshPolicy: 'Periodic' },
      'refreshInterval: -1h disables later syncs',
      '`refreshInterval: 1h'
    ],
    [
      'immutable',
      { target: { immutable: true } },
      'immutable: true keeps the Secret',
      'delete secret redis-credentials`'
    ]
  ])('%s: cannot, and the line to change is named', (_, spec, line, hint) => {
    expect(told(spec)).toEqual({
      state: 'refused',
      refusal: {
        code: 'secret-stale',
        sentence: expect.stringMatching(new RegExp(`matches AWS: ${line}.*\\(last synced at 2026-11-23T08:15:39Z\\)$`)),
        hint: expect.stringContaining(hint)
      }
    })
  })

  test.each([
    ['in the second in which it was created', '2026-11-23T08:15:38.900Z', 'needless'],
    ['before it was created', '2026-11-23T08:15:00Z', 'needless'],
    ['after it was created', '2026-11-23T08:15:39.000Z', 'refused']
  ])('and never again: a run that began %s', (_, begin, state) => {
    expect(told({ refreshPolicy: 'CreatedOnce' }, new Date(begin)).state).toBe(state)
  })

  test('and never again, but failed in this run: not taken for fresh', () => {
    const shape = { ready: failed, version: '2-a', spec: { refreshPolicy: 'CreatedOnce' } }
    expect(forcing(externalSecret(shape), 'team', new Date('2026-11-23T08:15:00Z')).state).toBe('refused')
  })
})

describe('an ExternalSecret that was not synced yet', () => {
  test.each([
    ['CreatedOnce', { refreshPolicy: 'CreatedOnce' }],
    ['an interval of 0', { refreshInterval: '0s' }],
    ['an immutable Secret', { target: { immutable: true } }]
  ])('can be told to with %s', (_, spec) => {
    expect(forcing(externalSecret({ spec }), 'team', new Date())).toEqual({ state: 'possible' })
  })

  test('proves nothing if it writes no Secret', () => {
    expect(forcing(externalSecret({ spec: { target: { creationPolicy: 'None' } } }), 'team', new Date())).toEqual({
      state: 'refused',
      refusal: {
        code: 'secret-stale',
        sentence: expect.stringMatching(/creationPolicy: None stops the operator from writing the Secret/),
        hint: expect.stringContaining('`creationPolicy: Owner`')
      }
    })
  })
})

describe('an ExternalSecret that is only looked at', () => {
  const at = (minutes: number) => new Date(Date.parse('2026-11-23T08:15:39Z') + minutes * 60_000)
  const ready = { ready: synced, version: '2-a' }

  test.each([
    ['just synced', {}, 0, 'at 2026-11-23T08:15:39Z, 0 ms ago; a sync is due every 60 min'],
    ['by a clock that is ahead of ours', {}, -3, 'at 2026-11-23T08:15:39Z, 0 ms ago; a sync is due every 60 min'],
    ['that missed one sync', {}, 121, 'at 2026-11-23T08:15:39Z, 2 h ago; a sync is due every 60 min'],
    [
      'with a short interval',
      { refreshInterval: '30s' },
      1.5,
      'at 2026-11-23T08:15:39Z, 1 min 30 s ago; a sync is due every 30.0 s'
    ],
    [
      'every 3 days',
      { refreshInterval: '72h0m0s' },
      60 * 24 * 4,
      'at 2026-11-23T08:15:39Z, 4 days ago; a sync is due every 3 days'
    ]
  ])('%s: counts', (_, spec, minutes, detail) => {
    expect(lastSyncStatus(externalSecret({ ...ready, spec }), 'team', at(minutes))).toEqual({ state: 'fresh', detail })
  })

  test.each([
    ['once', { refreshPolicy: 'CreatedOnce' }, 'refreshPolicy: CreatedOnce disables later syncs'],
    ['once, as the interval is 0', { refreshInterval: '0s' }, 'refreshInterval: 0s disables later syncs'],
    [
      'into a Secret that cannot be changed',
      { target: { immutable: true } },
      'immutable: true keeps the Secret as first created, while later syncs are reported as done'
    ],
    ['on changes only', { refreshPolicy: 'OnChange' }, 'no sync is scheduled at a known time'],
    ['in windows', { syncWindows: { kind: 'allow', windows: [] } }, 'no sync is scheduled at a known time']
  ])('synced %s: nothing tells whether it counts', (_, spec, why) => {
    expect(lastSyncStatus(externalSecret({ ...ready, spec }), 'team', at(1e6))).toEqual({
      state: 'unknown',
      detail: `at 2026-11-23T08:15:39Z; ${why}; not confirmed to match AWS`
    })
  })

  test.each([
    [
      'is older than two intervals',
      ready,
      122,
      /too old: at 2026-11-23T08:15:39Z, 2 h ago; a sync is due every 60 min/
    ],
    [
      'is of an older generation',
      { ...ready, generation: 3 },
      0,
      /changed after its last sync .*\(generation 3, synced: 2-a\)/
    ],
    ['has no time', { ...ready, refreshTime: null }, 0, /has no refreshTime/],
    [
      'brought nothing',
      { ready: retained, version: '2-a' },
      0,
      /fetched nothing from AWS: SecretSynced: secret retained/
    ],
    ['wrote nothing', { ...ready, spec: { target: { creationPolicy: 'None' } } }, 0, /creationPolicy: None/]
  ])('%s: stale', (_, shape, minutes, sentence) => {
    expect(lastSyncStatus(externalSecret(shape), 'team', at(minutes))).toEqual({
      state: 'refused',
      refusal: { code: 'secret-stale', sentence: expect.stringMatching(sentence), hint: expect.stringMatching(/./) }
    })
  })

  test('has never been synced', () => {
    expect(lastSyncStatus(externalSecret(), 'team', at(0))).toMatchObject({
      state: 'refused',
      refusal: { code: 'external-secret-error', sentence: 'ExternalSecret/redis-credentials has never been synced' }
    })
  })

  test('under another name than that of its Secret: the command of the hint names it', () => {
    const object = externalSecret()
    const named = { ...object, metadata: { ...object.metadata, name: 'clinic-cache' } }
    expect(lastSyncStatus(named, 'team', at(0))).toMatchObject({
      refusal: { hint: expect.stringContaining('`kubectl -n team describe externalsecret clinic-cache`') }
    })
  })

  test('fails: its events must be read', () => {
    expect(lastSyncStatus(externalSecret({ ready: failed, version: '2-a' }), 'team', at(0))).toEqual({
      state: 'failing'
    })
  })
})
