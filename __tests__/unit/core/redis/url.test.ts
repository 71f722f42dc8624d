import { expect, test } from '@jest/globals'
import { isLoopback } from '../../../../src/core/redis/url.ts'

test.each([
  ['localhost', true],
  ['LOCALHOST.', true],
  ['cache.localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['0.0.0.0', true],
  ['::1', true],
  ['[::1]', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::', true],
  ['::2', false],
  ['fd00::1', false],
  ['10.127.0.1', false],
  ['localhost.example.org', false],
  ['redis', false],
  ['', false]
])('%j leads back to the client itself: %s', (host, isBack) => {
  expect(isLoopback(host)).toBe(isBack)
})
