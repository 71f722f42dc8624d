import { describe, expect, test } from '@jest/globals'
import { checkEndpoint } from '../../../../src/phases/elasticache/checks.ts'
import { domain, groupWith, nodeGroup, primary } from './group.ts'

const right = `the primary endpoint is ${primary.host}:6379`

describe('the address in the Secret, with cluster mode disabled', () => {
  test.each([
    ['in the spelling of AWS', primary.host],
    ['in capitals', primary.host.toUpperCase()],
    ['with the dot of an absolute name', `${primary.host}.`]
  ])('is accepted as the primary endpoint %s', (_situation, host) => {
    expect(checkEndpoint({ host, port: '6379' }, groupWith())).toEqual({ holds: true, detail: right })
  })

  test('is rejected with another port', () => {
    expect(checkEndpoint({ host: primary.host, port: '6380' }, groupWith())).toEqual({
      holds: false,
      detail: `the Secret names port 6380; ${right}`
    })
  })

  test.each([
    [`replica.sessions.${domain}`, 'the reader endpoint of this group, which refuses writes'],
    [`sessions-002.sessions.${domain}`, 'the single node sessions-002, which becomes a replica at the next failover'],
    [`master.carts.${domain}`, 'an endpoint of another group, carts'],
    [`replica.carts.${domain}`, 'an endpoint of another group, carts'],
    [`clustercfg.carts.${domain}`, 'an endpoint of another group, carts'],
    ['carts.abc123.ng.0001.euc1.cache.amazonaws.com', 'an endpoint of another group, carts'],
    ['carts-ro.abc123.ng.0001.euc1.cache.amazonaws.com', 'an endpoint of another group, carts'],
    ['carts.abc123.clustercfg.euc1.cache.amazonaws.com', 'an endpoint of another group, carts'],
    // The names without TLS, which a group loses when TLS becomes required; and those of its namesake elsewhere.
    ['sessions.abc123.ng.0001.euc1.cache.amazonaws.com', 'not a current endpoint of this group'],
    ['master.sessions.zzz999.euw1.cache.amazonaws.com', 'not a current endpoint of this group'],
    ['sessions-ro.abc123.ng.0001.euc1.cache.amazonaws.com', 'the reader endpoint of this group, which refuses writes'],
    ['sessions-xyz.serverless.euc1.cache.amazonaws.com', 'not an endpoint of this group'],
    ['redis.hospital-erp-system.svc', 'not an endpoint of this group'],
    ['10.0.0.7', 'not an endpoint of this group'],
    ['', 'not an endpoint of this group']
  ])('is identified: %j', (host, what) => {
    expect(checkEndpoint({ host, port: '6379' }, groupWith())).toEqual({
      holds: false,
      detail: `${host} is ${what}; ${right}`
    })
  })

  test('is identified as the reader endpoint that AWS returns, whatever its form', () => {
    const nodeGroups = [{ ...nodeGroup('a', 'b'), reader: { host: 'reader.example', port: 6379 } }]
    expect(checkEndpoint({ host: 'reader.example', port: '6379' }, groupWith({ nodeGroups })).detail).toMatch(
      /^reader\.example is the reader endpoint of this group/
    )
  })
})

describe('the address in the Secret, with cluster mode enabled', () => {
  const configuration = { host: `clustercfg.sessions.${domain}`, port: 6379 }
  const nodeGroups = [
    { id: '0001', primary: undefined, reader: undefined, nodes: [{ id: 'sessions-0001-001', zone: 'a' }] }
  ]
  const group = groupWith({ configuration, nodeGroups })

  test('is accepted as the configuration endpoint', () => {
    expect(checkEndpoint({ host: configuration.host, port: '6379' }, group)).toEqual({
      holds: true,
      detail: `the configuration endpoint is ${configuration.host}:6379`
    })
  })

  test('is rejected as a single node', () => {
    const host = `sessions-0001-001.sessions.${domain}`
    expect(checkEndpoint({ host, port: '6379' }, group)).toEqual({
      holds: false,
      detail: `${host} is the single node sessions-0001-001, which becomes a replica at the next failover; the configuration endpoint is ${configuration.host}:6379`
    })
  })
})

describe('a secondary group of a Global Datastore', () => {
  const secondary = groupWith({ secondaryOf: 'ldgnf-sessions' })
  const why = 'which accepts no writes: the group is a secondary of Global Datastore ldgnf-sessions'

  test('is rejected even if the address is its primary endpoint', () => {
    expect(checkEndpoint({ host: primary.host, port: '6379' }, secondary)).toEqual({
      holds: false,
      detail: `${right}, ${why}`
    })
  })

  test('is reported even if the address is wrong as well', () => {
    expect(checkEndpoint({ host: primary.host, port: '6380' }, secondary).detail).toBe(
      `the Secret names port 6380; ${right}, ${why}`
    )
  })
})

test('a group that is being created has no endpoint yet', () => {
  const nodeGroups = [{ ...nodeGroup('a'), primary: undefined }]
  expect(checkEndpoint({ host: primary.host, port: '6379' }, groupWith({ nodeGroups }))).toEqual({
    holds: false,
    detail: 'the replication group has no endpoint yet'
  })
})
