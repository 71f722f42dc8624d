import { describe, expect, test } from '@jest/globals'
import { type EndpointForm, endpointForm, hostName } from '../../../src/core/aws-endpoint.ts'
import fc from '../../support/fast-check.ts'

const amazon = 'cache.amazonaws.com'

describe('the form of an ElastiCache host name', () => {
  test.each<[form: EndpointForm, tls: boolean | undefined, host: string]>([
    ['primary-tls', true, `master.erp-cache.abc123.apn2.${amazon}`],
    ['primary-tls', true, `master.erp-cache.abc123.ap-northeast-2.${amazon}`],
    ['primary-tls', true, `master.erp-cache.abc123.cnn1.${amazon}.cn`],
    ['primary-tls', true, 'master.erp-cache.abc123.eusc-de-east-1.cache.amazonaws.eu'],
    ['primary-tls', true, `master.ng.abc123.use1.${amazon}`],
    ['replica-tls', true, `replica.erp-cache.abc123.euw1.${amazon}`],
    ['configuration-tls', true, `clustercfg.erp-cache.abc123.apn2.${amazon}`],
    ['node-tls', true, `erp-cache-001.erp-cache.abc123.usw2.${amazon}`],
    ['node-tls', true, `erp-cache-0001-002.erp-cache.abc123.usw2.${amazon}`],
    ['serverless', true, `erp-abc123.serverless.use1.${amazon}`],
    ['serverless', true, `erp-abc123.serverless.cnw1.${amazon}.cn`],
    ['primary', false, `erp-cache.abc123.ng.0001.apn2.${amazon}`],
    ['primary', false, `erp-cache.abc123.ng.0001.cnn1.${amazon}.cn`],
    ['reader', false, `erp-cache-ro.abc123.ng.0001.apn2.${amazon}`],
    ['node', false, `course-redis.abc123.0001.apn2.${amazon}`],
    ['node', false, `erp-cache-0001-001.abc123.0001.use1.${amazon}`],
    ['node', false, `replica.abc123.0001.use1.${amazon}`],
    ['node', false, `master.abc123.0001.use1.${amazon}`],
    ['configuration', false, `erp-cache.abc123.clustercfg.apse2.${amazon}`],
    ['configuration', false, `master.abc123.clustercfg.apse2.${amazon}`],
    ['other', undefined, `memcached.abc123.cfg.cnn1.${amazon}.cn`],
    ['other', undefined, `erp-cache.abc123.use1.${amazon}`],
    ['other', undefined, `one.two.three.four.five.six.${amazon}`]
  ])('reads %s, TLS %s: %s', (form, tls, host) => {
    expect(endpointForm(host)).toEqual({ aws: true, form, tls })
  })

  test('ignores case and the trailing dot of an absolute name', () => {
    expect(endpointForm('MASTER.Erp.abc123.USE1.Cache.AmazonAWS.com.')).toEqual({
      aws: true,
      form: 'primary-tls',
      tls: true
    })
  })
})

describe('a host that is not of ElastiCache', () => {
  test.each([
    ['a Service', 'redis.hospital-erp-system.svc'],
    ['an IP address', '10.0.0.7'],
    ['a name of its own for ElastiCache', 'redis.example.com'],
    ['a node of MemoryDB', 'clustercfg.erp.abc123.memorydb.us-east-1.amazonaws.com'],
    ['a database', 'erp.abc123.us-east-1.rds.amazonaws.com'],
    ['a name that only looks alike', 'master.erp.abc123.use1.cache.amazonaws.com.example.org'],
    ['an end that no partition has', 'master.erp.abc123.use1.cache.amazonaws.eu.cn'],
    ['no subdomain of it', 'mycache.amazonaws.com'],
    ['an empty name', '']
  ])('is not recognised as an endpoint: %s', (_, host) => {
    expect(endpointForm(host)).toEqual({ aws: false, form: 'other', tls: undefined })
  })
})

test('compares host names regardless of their spelling', () => {
  expect(hostName('Redis.Example.COM.')).toBe('redis.example.com')
})

test('accepts any text as a host', () => {
  const label = fc.constantFrom('master', 'replica', 'clustercfg', 'serverless', 'ng', '0001', 'a', 'a-ro', 'a-001', '')
  fc.assert(
    fc.property(fc.array(label, { maxLength: 7 }), fc.constantFrom(amazon, `${amazon}.cn`), (labels, end) => {
      const { aws, form, tls } = endpointForm([...labels, end].join('.'))
      expect(aws).toBe(labels.length > 0)
      expect(tls === undefined).toBe(form === 'other')
    })
  )
})
