import { describe, expect, test } from '@jest/globals'
import { parseInterval, syncInterval } from '../../../src/secret/refresh.ts'
import fc from '../../support/fast-check.ts'
import { externalSecret } from './sync-shapes.ts'

describe('a duration of Go', () => {
  test.each([
    ['1h0m0s', 3_600_000],
    ['1h', 3_600_000],
    ['90m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1m30s', 90_000],
    ['300ms', 300],
    ['2us', 0.002],
    ['0', 0],
    ['0s', 0],
    ['-0', -0],
    ['-1h', -3_600_000],
    ['+1s', 1_000],
    ['', undefined],
    ['1', undefined],
    ['h', undefined],
    ['1 h', undefined],
    ['1d', undefined],
    ['1h-1m', undefined]
  ])('%s', (text, milliseconds) => {
    expect(parseInterval(text)).toEqual(milliseconds)
  })

  test('as Go prints one is read back', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(59), fc.nat(59), (hours, minutes, seconds) => {
        const milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1000
        expect(parseInterval(`${hours}h${minutes}m${seconds}s`)).toBe(milliseconds)
      })
    )
  })
})

test.each([
  ['by default', {}, 3_600_000],
  ['as the interval says', { refreshInterval: '5m0s' }, 300_000],
  ['never, as it is 0', { refreshInterval: '0s' }, undefined],
  ['never, as only changes count', { refreshPolicy: 'OnChange' }, undefined],
  ['not always', { syncWindows: { kind: 'deny' } }, undefined],
  ['at a time that nobody can read', { refreshInterval: 'soon' }, undefined]
])('a sync is due: %s', (_, spec, milliseconds) => {
  expect(syncInterval(externalSecret({ spec }))).toBe(milliseconds)
})
