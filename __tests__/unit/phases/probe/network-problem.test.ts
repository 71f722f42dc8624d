import { describe, expect, test } from '@jest/globals'
import {
  type Certificate,
  type NetworkProblemKind,
  reachFindings
} from '../../../../src/phases/probe/network-problem.ts'
import type { ProbeContext } from '../../../../src/phases/probe/probe-context.ts'
import { selfHosted, view } from './views.ts'

const place = 'master.hospital-erp.abc123.apn2.cache.amazonaws.com:6379'
const host = place.slice(0, -5)
const findings = (kind: NetworkProblemKind, seen: ProbeContext, said = 'said so') =>
  reachFindings({ trouble: { kind, said }, certificate: undefined, answers: undefined }, seen)
const namesOf = (found: ReturnType<typeof findings>) => found.map(({ name, passed }) => `${passed ? '✓' : '✗'} ${name}`)

describe('the description of a working connection', () => {
  const sight = (certificate: Certificate | undefined) => ({ trouble: undefined, certificate, answers: undefined })
  const answered = (certificate: Certificate | undefined, seen = view()) =>
    reachFindings(sight(certificate), seen).map(({ name, passed, detail }) => `${passed} ${name}: ${detail}`)

  test('mentions TLS', () => {
    expect(answered({ issuer: 'CN=Amazon RSA 2048 M01', validUntil: '2027-01-01', naming: true })).toEqual([
      `true host name: ${host} resolves`,
      `true TCP: ${place} accepts connections`,
      'true TLS: certificate of CN=Amazon RSA 2048 M01, valid until 2027-01-01',
      `true certificate name: names ${host}`
    ])
  })

  test('mentions TLS verified by Node', () => {
    expect(answered({ naming: true })[2]).toBe('true TLS: the certificate is trusted')
  })

  test('claims nothing about a certificate that was not seen', () => {
    expect(answered({ naming: undefined })).toHaveLength(3)
  })

  test('mentions the name of another host in the certificate', () => {
    expect(answered({ naming: 'it names DNS:other' })[3]).toBe(
      `false certificate name: the certificate is not for ${host}: it names DNS:other`
    )
  })

  test('mentions missing TLS', () => {
    expect(answered(undefined, selfHosted())).toEqual([
      'true host name: redis.team.svc resolves',
      'true TCP: redis.team.svc:6379 accepts connections'
    ])
  })
})

describe('the description of a failed connection', () => {
  const before = ['✓ host name', '✓ TCP', '✓ TLS']
  test.each<[NetworkProblemKind, string[], RegExp, RegExp]>([
    ['unresolved', ['✗ host name'], /does not resolve in a pod of namespace team: said so$/, /coredns/],
    [
      'timeout',
      ['✓ host name', '✗ TCP'],
      /does not answer a pod of namespace team within 5 s: said so$/,
      /security group/
    ],
    ['unreachable', ['✓ host name', '✗ TCP'], /^no route from a pod of namespace team to /, /networkpolicies/],
    ['refused', ['✓ host name', '✗ TCP'], /:6379 refuses connections: said so$/, /keys host and port/],
    ['no-tls', [...before.slice(0, 2), '✗ TLS'], / does not use TLS: said so$/, /encryption in transit/],
    ['handshake', [...before.slice(0, 2), '✗ TLS'], /aborts the TLS handshake: said so$/, /describe-events/],
    ['untrusted', [...before.slice(0, 2), '✗ TLS'], /is signed by an untrusted authority: /, /NODE_EXTRA_CA_CERTS/],
    ['expired', [...before.slice(0, 2), '✗ TLS'], /has expired: said so$/, /the right host/],
    ['early', [...before.slice(0, 2), '✗ TLS'], /is not valid yet: said so$/, /the clocks/],
    ['wrong-name', [...before, '✗ certificate name'], /^the certificate is not for /, /not an alias \(CNAME\)/],
    ['silent', [...before.slice(0, 2), '✗ TLS'], /but sends nothing within 5 s$/, /describe-events/],
    ['closed', [...before.slice(0, 2), '✗ TLS'], /closes connections without an answer: said so$/, /rediss/],
    ['unknown', ['✗ PING'], /could not be probed: said so$/, /describe-events/]
  ])('is a sentence: %s', (kind, names, detail, hint) => {
    const found = findings(kind, view())
    expect(namesOf(found)).toEqual(names)
    expect(found.at(-1)).toMatchObject({
      code: 'elasticache-unreachable',
      detail: expect.stringMatching(detail),
      hint: expect.stringMatching(hint)
    })
  })

  test.each<[NetworkProblemKind, RegExp]>([
    ['unresolved', /get service redis`/],
    ['timeout', /app\.kubernetes\.io\/component: backend/],
    ['refused', /get endpointslices -l kubernetes\.io\/service-name=redis`/],
    ['silent', /logs redis-0 -c redis`/]
  ])('has a hint for a Redis in the cluster: %s', (kind, hint) => {
    const found = findings(kind, selfHosted()).at(-1)
    expect(found).toMatchObject({ code: 'redis-unreachable', hint: expect.stringMatching(hint) })
  })

  test.each<[NetworkProblemKind, RegExp]>([
    ['unresolved', /the VPC DNS, or set probe-from: cluster/],
    ['timeout', /only inside its VPC: .* probe-from: cluster/]
  ])('has a hint for the runner: %s', (kind, hint) => {
    const found = findings(kind, view({ from: 'runner' })).at(-1)
    expect(found?.hint).toMatch(hint)
    expect(found?.detail).toContain('the runner')
  })

  test('treats silence without TLS as a missing reply to PING', () => {
    expect(namesOf(findings('silent', view({}, false)))).toEqual(['✓ host name', '✓ TCP', '✗ PING'])
  })

  test('does not blame the cache for an image without redis-cli', () => {
    expect(findings('client', view(), '--tls?')).toEqual([
      {
        name: 'PING',
        code: 'config-error',
        passed: false,
        detail: 'redis-cli in the image failed: --tls?',
        hint: expect.stringContaining('redis-image')
      }
    ])
  })

  test('adds nothing where nothing more is known', () => {
    expect(findings('timeout', view(), '').at(-1)?.detail).toMatch(/within 5 s$/)
  })
})
