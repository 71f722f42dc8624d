import { expect, test } from '@jest/globals'
import { selfHostedHint } from '../../../../src/phases/probe/hints.ts'

test.each([
  ['redis-open', 'redis.conf must include the file generated from the Secret'],
  ['redis-auth', '`kubectl -n team delete pod redis-0`'],
  ['redis-loading', '`kubectl -n team logs redis-0 -c redis --follow`'],
  ['memory-over-threshold', 'raise memory-limit, and maxmemory up to half of it; or raise memory-threshold'],
  ['config-drift', '`kubectl -n team delete pod redis-0`'],
  ['persistence-failing', '`kubectl -n team exec redis-0 -c redis -- df -h /data`'],
  ['metrics-missing', '`kubectl -n team logs redis-0 -c metrics`'],
  ['redis-unreachable', '`kubectl -n team logs redis-0 -c redis`']
] as const)('suggests after %s: %s', (code, words) => {
  expect(selfHostedHint(code, 'team')).toContain(words)
})
