import { describe, expect, test } from '@jest/globals'
import { lastSyncStatus } from '../../../../../src/phases/secret/sync/last-sync.ts'
import { externalSecret, failed, synced } from '../sync-shapes.ts'

const retained = { ...synced, message: 'secret retained due to DeletionPolicy=Retain' }

describe('the last sync of an ExternalSecret', () => {
  const at = (minutes: number) => new Date(Date.parse('2026-11-23T08:15:39Z') + minutes * 60_000)
  const ready = { ready: synced, version: '2-a' }

  test.each([
    ['just synced', {}, 0, 'at 2026-11-23T08:15:39Z, 0 ms ago; a sync is due every 60 min'],
    ['by a clock ahead of ours', {}, -3, 'at 2026-11-23T08:15:39Z, 0 ms ago; a sync is due every 60 min'],
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
  ])('is fresh: %s', (_, spec, minutes, detail) => {
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
  ])('cannot be judged if it is synced %s', (_, spec, why) => {
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
  ])('is stale if it %s', (_, shape, minutes, sentence) => {
    expect(lastSyncStatus(externalSecret(shape), 'team', at(minutes))).toEqual({
      state: 'refused',
      refusal: { code: 'secret-stale', sentence: expect.stringMatching(sentence), hint: expect.stringMatching(/./) }
    })
  })

  test('is missing if it was never synced', () => {
    expect(lastSyncStatus(externalSecret(), 'team', at(0))).toMatchObject({
      state: 'refused',
      refusal: { code: 'external-secret-error', sentence: 'ExternalSecret/redis-credentials has never been synced' }
    })
  })

  test('is reported with the name of the ExternalSecret in the command of the hint', () => {
    const object = externalSecret()
    const named = { ...object, metadata: { ...object.metadata, name: 'clinic-cache' } }
    expect(lastSyncStatus(named, 'team', at(0))).toMatchObject({
      refusal: { hint: expect.stringContaining('`kubectl -n team describe externalsecret clinic-cache`') }
    })
  })

  test('is failing if Ready is False, so its events must be read', () => {
    expect(lastSyncStatus(externalSecret({ ready: failed, version: '2-a' }), 'team', at(0))).toEqual({
      state: 'failing'
    })
  })
})
