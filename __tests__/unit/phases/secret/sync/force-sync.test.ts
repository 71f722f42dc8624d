import { describe, expect, test } from '@jest/globals'
import { forcing } from '../../../../../src/phases/secret/sync/force-sync.ts'
import { externalSecret, failed, synced } from '../sync-shapes.ts'

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
  ])('cannot be synced again, and the responsible line is named: %s', (_, spec, line, hint) => {
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
  ])('with CreatedOnce is judged for a run that began %s', (_, begin, state) => {
    expect(told({ refreshPolicy: 'CreatedOnce' }, new Date(begin)).state).toBe(state)
  })

  test('with CreatedOnce is not fresh if the sync of this run failed', () => {
    const shape = { ready: failed, version: '2-a', spec: { refreshPolicy: 'CreatedOnce' } }
    expect(forcing(externalSecret(shape), 'team', new Date('2026-11-23T08:15:00Z')).state).toBe('refused')
  })
})

describe('an ExternalSecret that was never synced', () => {
  test.each([
    ['CreatedOnce', { refreshPolicy: 'CreatedOnce' }],
    ['an interval of 0', { refreshInterval: '0s' }],
    ['an immutable Secret', { target: { immutable: true } }]
  ])('can be synced with %s', (_, spec) => {
    expect(forcing(externalSecret({ spec }), 'team', new Date())).toEqual({ state: 'possible' })
  })

  test('is refused if it writes no Secret', () => {
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
