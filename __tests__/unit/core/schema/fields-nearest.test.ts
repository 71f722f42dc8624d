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
])('%j probably means %j', (wrong, meant) => {
  expect(nearest(wrong, names)).toBe(meant)
})

test('a text that is no name is not compared', () => {
  expect(nearest('image'.repeat(100_000), names)).toBeUndefined()
})
