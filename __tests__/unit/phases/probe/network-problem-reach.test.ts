import { describe, expect, test } from '@jest/globals'
import { reachFindings } from '../../../../src/phases/probe/checks.ts'
import type { Certificate } from '../../../../src/phases/probe/probe-output.ts'
import { selfHosted, view } from './views.ts'

const host = 'master.hospital-erp.abc123.apn2.cache.amazonaws.com'
const endpoint = `${host}:6379`

describe('a cache that answered', () => {
  const answered = (certificate: Certificate | undefined, context = view()) =>
    reachFindings({ networkProblem: undefined, certificate, answers: undefined }, context).map(
      ({ name, passed, detail }) => `${passed} ${name}: ${detail}`
    )

  test('with TLS', () => {
    expect(answered({ issuer: 'CN=Amazon RSA 2048 M01', validUntil: '2027-01-01', naming: true })).toEqual([
      `true host name: ${host} resolves`,
      `true TCP: ${endpoint} accepts connections`,
      'true TLS: certificate of CN=Amazon RSA 2048 M01, valid until 2027-01-01',
      `true certificate name: names ${host}`
    ])
  })

  test('with TLS, as Node verified it', () => {
    expect(answered({ naming: true })[2]).toBe('true TLS: the certificate is trusted')
  })

  test('with a name that nobody could see: nothing is claimed', () => {
    expect(answered({ naming: undefined })).toHaveLength(3)
  })

  test('with the name of another', () => {
    expect(answered({ naming: 'it names DNS:other' })[3]).toBe(
      `false certificate name: the certificate is not for ${host}: it names DNS:other`
    )
  })

  test('without TLS', () => {
    expect(answered(undefined, selfHosted())).toEqual([
      'true host name: redis.team.svc resolves',
      'true TCP: redis.team.svc:6379 accepts connections'
    ])
  })
})
