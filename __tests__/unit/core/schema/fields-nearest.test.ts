import { expect, test } from '@jest/globals'
import { nearest } from '../../../../src/core/schema/fields.ts'

const names = ['image', 'imagePullPolicy', 'env', 'envFrom', 'ports', 'livenessProbe', 'readinessProbe', 'name']

test.each([
  ['Image', 'image'],
  ['imagepullpolicy', 'imagePullPolicy'],
  ['imagePolicyPull', undefined],
  ['imgaePullPolcy', 'imagePullPolicy'],
  ['port', 'ports'],
  ['evn', 'env'],
  ['livenesProbe', 'livenessProbe'],
  ['readynessProbe', 'readinessProbe'],
  ['nmae', 'name'],
  ['command', undefined],
  ['x', undefined],
  ['', undefined]
])('suggests for %j the field %j', (wrong, meant) => {
  expect(nearest(wrong, names)).toBe(meant)
})

test('does not compare a text that is too long to be a field name', () => {
  expect(nearest('image'.repeat(100_000), names)).toBeUndefined()
})
