import { describe, expect, test } from '@jest/globals'
import { freshness, syncInterval } from '../../../../../src/phases/secret/sync/refresh-policy.ts'
import { externalSecret, failed, synced } from '../sync-shapes.ts'

const retained = { ...synced, message: 'secret retained due to DeletionPolicy=Retain' }
const missing = {
  ...synced,
  reason: 'SecretMissing',
  message: 'secret will not be created due to CreationPolicy=Merge'
}
const deleted = { ...synced, reason: 'SecretDeleted', message: 'secret deleted due to DeletionPolicy=Delete' }

test.each([
  ['the default', {}, 3_600_000],
  ['the interval', { refreshInterval: '5m0s' }, 300_000],
  ['an interval with a fraction', { refreshInterval: '1.5h' }, 5_400_000],
  ['none for an interval of 0', { refreshInterval: '0s' }, undefined],
  ['none if only changes count', { refreshPolicy: 'OnChange' }, undefined],
  ['none for a negative interval', { refreshInterval: '-1h' }, undefined],
  ['none with windows', { syncWindows: { kind: 'deny' } }, undefined],
  ['none for an invalid interval', { refreshInterval: 'soon' }, undefined]
])('reads the sync interval: %s', (_, spec, milliseconds) => {
  expect(syncInterval(externalSecret({ spec }))).toBe(milliseconds)
})

describe('a forced sync of an ExternalSecret', () => {
  const id = 'ExternalSecret/redis-credentials'

  test.each([
    ['the operator has not noticed it', externalSecret(), undefined, `the operator to sync ${id}`],
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
  ])('is awaited while %s', (_, object, before, waitingFor) => {
    expect(freshness(object, before)).toEqual({ state: 'waiting', waitingFor })
  })

  test.each([
    ['for the first time', externalSecret({ ready: synced, version: '2-a' }), undefined],
    ['once more', externalSecret({ ready: synced, version: '2-b' }), '2-a'],
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
  ])('is fresh if it synced %s', (_, object, before) => {
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
    [
      'the operator reports something unknown',
      { ...synced, reason: 'Else', message: 'x' },
      /Else: x$/,
      /with the reason/
    ]
  ])('is stale with Ready=True where %s', (_, ready, sentence, hint) => {
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
