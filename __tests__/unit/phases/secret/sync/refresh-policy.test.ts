import { expect, test } from '@jest/globals'
import { syncInterval } from '../../../../../src/phases/secret/sync/refresh-policy.ts'
import { externalSecret } from '../sync-shapes.ts'

test.each([
  ['by default', {}, 3_600_000],
  ['as the interval says', { refreshInterval: '5m0s' }, 300_000],
  ['as the interval says in a fraction', { refreshInterval: '1.5h' }, 5_400_000],
  ['never, as it is 0', { refreshInterval: '0s' }, undefined],
  ['never, as only changes count', { refreshPolicy: 'OnChange' }, undefined],
  ['never, as it is negative', { refreshInterval: '-1h' }, undefined],
  ['not always', { syncWindows: { kind: 'deny' } }, undefined],
  ['at a time that nobody can read', { refreshInterval: 'soon' }, undefined]
])('a sync is due: %s', (_, spec, milliseconds) => {
  expect(syncInterval(externalSecret({ spec }))).toBe(milliseconds)
})
