import { describe, expect, test } from '@jest/globals'
import { addressOf, endpointText, serviceOf } from '../../../../src/phases/probe/probe-context.ts'
import fc from '../../../support/fast-check.ts'

const at = (url: string) => addressOf({ host: 'cache.example.org', port: '6380', password: 'secret', url })

describe('the address of the cache', () => {
  test.each([
    ['rediss://:secret@cache.example.org:6380', true, undefined],
    ['redis://:secret@cache.example.org:6380', false, undefined],
    ['REDISS://:secret@cache.example.org:6380', true, undefined],
    ['valkeys://:secret@cache.example.org:6380', true, undefined],
    ['valkey://:secret@cache.example.org:6380', false, undefined],
    ['rediss://backend:secret@cache.example.org:6380', true, 'backend'],
    ['rediss://back%40end:sec%2Fret@cache.example.org:6380/0', true, 'back@end'],
    ['rediss://100%:secret@cache.example.org:6380', true, '100%'],
    ['rediss://backend@cache.example.org:6380', true, 'backend'],
    ['rediss://cache.example.org:6380', true, undefined],
    ['no url', false, undefined]
  ])('is read from the Secret: %s', (url, tls, username) => {
    expect(at(url)).toEqual({ host: 'cache.example.org', port: 6380, tls, username })
  })

  test.each([
    ['redis://:secret@cache.example.org:6380', undefined],
    ['redis://:secret@cache.example.org:6380/', undefined],
    ['redis://:secret@cache.example.org:6380/0', undefined],
    ['redis://:secret@cache.example.org:6380/7', 7],
    ['redis://app:sec%2F3ret@cache.example.org/7?timeout=1', 7],
    ['redis://:secret@cache.example.org:6380/seven', undefined]
  ])('the database of %s', (url, database) => {
    expect(at(url).database).toBe(database)
  })

  test('is read from any Secret without an error', () => {
    fc.assert(fc.property(fc.string(), (url) => at(url).port === 6380))
  })
})

test.each([
  ['cache.example.org', 'cache.example.org:6379'],
  ['10.0.1.2', '10.0.1.2:6379'],
  ['fd00::1', '[fd00::1]:6379']
])('shows %s with its port', (host, place) => {
  expect(endpointText({ host, port: 6379, username: undefined, tls: true })).toBe(place)
})

test.each([
  ['redis', 'redis'],
  ['redis.hospital-erp-system', 'redis'],
  ['redis.hospital-erp-system.svc.cluster.local', 'redis'],
  ['redis-0.redis-headless', 'redis-headless'],
  ['redis-0.redis-headless.hospital-erp-system.svc', 'redis-headless'],
  ['redis-0', 'redis-0']
])('the Service of %s is %s', (host, service) => {
  expect(serviceOf({ host, port: 6379, username: undefined, tls: false })).toBe(service)
})
