import { describe, expect, test } from '@jest/globals'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { type RenderedCache, renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import {
  missingServiceFailure,
  namedService,
  storedAddressFailure
} from '../../../../src/phases/apply/stored-address.ts'
import { editedManifest } from '../../document-of.ts'

const shipped = renderedCache(editedManifest())
const password = 'pw-1'
const address = (host: string, port = '6379', scheme = 'redis') => ({
  host,
  port,
  password,
  url: `${scheme}://:${password}@${host}:${port}`
})
const failureOf = (stored: ReturnType<typeof address>, cache: RenderedCache = shipped) =>
  storedAddressFailure(stored, cache, 'team')
const within = (problem: string) => `Secret/redis-credentials in namespace team leads no client to Redis: ${problem}`
const withTls = renderedCache(editedManifest(['    maxmemory ', '    tls-port 6380\n    maxmemory ']))
const withSidecar = renderedCache(
  editedManifest(['      volumes:\n', '        - {name: proxy, image: envoy}\n      volumes:\n'])
)

describe('an address by which no client reaches Redis is refused:', () => {
  test.each([
    [
      '127.0.0.1',
      address('127.0.0.1'),
      'key host is the loopback address (127.0.0.1), by which each pod reaches itself'
    ],
    [
      'localhost',
      address('Localhost.'),
      'key host is the loopback address (Localhost.), by which each pod reaches itself'
    ],
    ['::1', address('::1'), 'key host is the loopback address (::1), by which each pod reaches itself'],
    [
      'another port than the Service has',
      address('redis.team.svc', '6380'),
      'key port is not a port of Service/redis (6380), which has 6379'
    ],
    [
      'another port than Redis has, behind a headless Service',
      address('redis-0.redis-headless', '6380'),
      'key port is not the port of Redis (6380), and Service/redis-headless is headless; Redis listens on 6379'
    ],
    [
      'TLS where Redis has none',
      address('redis', '6379', 'rediss'),
      'key url begins with rediss://, and Redis is rendered without TLS'
    ]
  ])('%s', (_, stored, problem) => {
    expect(failureOf(stored)).toMatchObject({
      code: 'secret-field',
      message: within(problem),
      hint: expect.stringContaining('set the input `redis-password` to write all four keys')
    })
  })
})

describe('an address that somebody may serve is left alone:', () => {
  test.each<[string, ReturnType<typeof address>, RenderedCache]>([
    ['the one that the action writes', address('redis.team.svc'), shipped],
    ['the name of redis-0', address('redis-0.redis-headless'), shipped],
    ['a Service of others', address('proxy', '7000', 'rediss'), shipped],
    ['another namespace', address('redis.other.svc', '6380'), shipped],
    ['an address', address('10.0.0.7', '6380', 'rediss'), shipped],
    ['TLS where Redis has it', address('redis', '6379', 'rediss'), withTls],
    ['the port with TLS, behind a headless Service', address('redis-headless', '6380', 'rediss'), withTls],
    ['a port of a container beside Redis', address('redis-headless', '7000'), withSidecar],
    ['a managed cache', address('localhost'), renderedCache([])]
  ])('%s', (_, stored, cache) => {
    expect(failureOf(stored, cache)).toBeUndefined()
  })
})

describe('what to do about it', () => {
  test('is to correct the manifests, where these include the Secret', () => {
    const secret = parseManifest('{apiVersion: v1, kind: Secret, metadata: {name: redis-credentials}}')
    expect(failureOf(address('localhost'), renderedCache([...editedManifest(), ...secret]))?.hint).toBe(
      'correct Secret/redis-credentials in the manifests that include it'
    )
  })

  test('is to correct the Service, where a deployment would write the same address again', () => {
    const moved = renderedCache(editedManifest(['port: 6379', 'port: 7000']))
    expect(failureOf(address('redis.team.svc'), moved)?.hint).toMatch(
      /^give Service\/redis the port 6379 in the manifests/
    )
  })
})

describe('the Service that the Secret names', () => {
  test.each([
    ['redis', 'redis'],
    ['cache.team.svc.cluster.local', 'cache'],
    ['cache.other.svc', undefined],
    ['redis-0.redis-headless', undefined],
    ['10.0.0.7', undefined],
    ['cache.example.com', undefined]
  ])('of %s', (host, name) => {
    expect(namedService(address(host), 'team')).toBe(name)
  })

  test('is told where it does not exist, without a value that is the password', () => {
    expect(missingServiceFailure('cache', address('cache'), shipped, 'team')).toMatchObject({
      code: 'secret-field',
      message: within('key host names Service/cache, which is neither in the manifests nor in the namespace')
    })
    expect(missingServiceFailure(password, address(password), shipped, 'team').message).not.toContain(password)
  })
})
