import { describe, expect, test } from '@jest/globals'
import type { RenderedService } from '../../../../src/core/rendered-cache/services.ts'
import { addressNote, storedService } from '../../../../src/phases/apply/credentials.ts'

const service = (name: string, ...ports: number[]): RenderedService => ({
  name,
  type: 'ClusterIP',
  isHeadless: false,
  ports: ports.map((port) => ({ port, target: port, podPort: port })),
  selector: {},
  selectsRedis: false
})
const shipped = [service('redis', 6379), service('redis-headless', 6379)]
const noteOn = (host: string, port: string, services = shipped) =>
  addressNote({ host, port, password: 'p-1', url: `redis://:p-1@${host}:${port}` }, 'team', services)

describe('the address in the Secret', () => {
  test.each([
    ['the one that the action writes', 'redis.team.svc', '6379', shipped],
    ['another spelling of it', 'Redis.team.svc.cluster.local.', '06379', shipped],
    ['a short name', 'redis-headless', '6379', shipped],
    ['a Service of own manifests', 'cache.team.svc', '7000', [service('cache', 80, 7000)]],
    ['the one that the action writes, where the manifests have no Service', 'redis.team.svc', '6379', []]
  ])('is accepted as that of a rendered Service: %s', (_, host, port, services) => {
    expect(noteOn(host, port, services)).toBeUndefined()
  })
})

describe('an address that matches no rendered Service', () => {
  test.each([
    ['a Service of another namespace', 'redis.other.svc', '6379', shipped],
    ['a different port', 'redis.team.svc', '6380', shipped],
    [
      'the name that the action writes, where the Service is another',
      'redis.team.svc',
      '6379',
      [service('cache', 6379)]
    ],
    ['a Service of others, where the manifests have none', 'cache', '6379', []],
    ['an address', '10.0.0.7', '6379', shipped]
  ])('gets a note: %s', (_, host, port, services) => {
    expect(noteOn(host, port, services)).toBe(
      `Secret/redis-credentials names an address that belongs to no Service in these manifests (${host}:${port}). Applications ` +
        'connect there, but this run did not check that this Redis answers; a deployment with `probe-from: cluster` does.'
    )
  })

  test('is not quoted if it contains the password', () => {
    const address = { host: 'cache', port: '6379', password: 'cache', url: 'redis://:cache@cache:6379' }
    expect(addressNote(address, 'team', shipped)).toMatch(/in these manifests\. Applications/)
  })
})

describe('the Service that must lead to redis-0 alone is', () => {
  const leading = (shape: Partial<RenderedService>): RenderedService => ({
    ...service('redis', 6379),
    ports: [{ port: 6379, target: 'redis', podPort: 6379 }],
    selectsRedis: true,
    ...shape
  })
  const own = leading({ name: 'cache', ports: [{ port: 7000, target: 6379, podPort: 6379 }] })
  const headless = leading({ name: 'redis-headless', isHeadless: true })
  const services = [leading({}), own, headless]
  const stored = (host: string, port = '6379', among = services) => storedService({ host, port }, 'team', among)

  test.each([
    ['the one that the action writes', 'redis.team.svc', '6379', 'redis'],
    ['another spelling of it', 'Redis.team.svc.cluster.local.', '06379', 'redis'],
    ['a short name', 'redis', '6379', 'redis'],
    ['one with another port', 'cache.team', '7000', 'cache'],
    ['a headless one', 'redis-headless', '6379', 'redis-headless'],
    ['that of the name of redis-0', 'redis-0.redis-headless', '6379', 'redis-headless'],
    ['that of the long name of redis-0', 'redis-0.redis-headless.team.svc.cluster.local', '6379', 'redis-headless']
  ])('%s', (_, host, port, name) => {
    expect(stored(host, port)).toEqual({ service: name, port: 6379 })
    expect(noteOn(host, port, services)).toBeUndefined()
  })

  test.each([
    ['of another namespace', 'redis.other.svc', '6379', services],
    ['an address', '10.0.0.7', '6379', services],
    ['another port', 'redis', '6380', services],
    ['of others', 'shared', '6379', services],
    ['a pod of a Service that is not headless', 'redis-0.redis', '6379', services],
    ['an ExternalName', 'redis', '6379', [leading({ type: 'ExternalName' })]],
    ['a proxy', 'redis', '6379', [leading({ selectsRedis: false })]]
  ])('none: %s', (_, host, port, among) => {
    expect(stored(host, port, among)).toBeUndefined()
  })
})
