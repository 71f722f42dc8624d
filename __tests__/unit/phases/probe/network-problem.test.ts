import { describe, expect, test } from '@jest/globals'
import { reachFindings } from '../../../../src/phases/probe/checks.ts'
import {
  kindOfError,
  kindOfRedisCli,
  type NetworkProblemKind,
  networkProblems
} from '../../../../src/phases/probe/network-problem.ts'
import type { ProbeContext } from '../../../../src/phases/probe/probe-context.ts'
import { selfHosted, view } from './views.ts'

const findings = (kind: NetworkProblemKind, context: ProbeContext, said = 'said so') =>
  reachFindings({ networkProblem: { kind, said }, certificate: undefined, answers: undefined }, context)
const namesOf = (found: ReturnType<typeof findings>) => found.map(({ name, passed }) => `${passed ? '✓' : '✗'} ${name}`)

/** By what a kind is recognised: a code of Node or OpenSSL, a message of ioredis, the words of redis-cli. */
interface Signs {
  code?: string[]
  message?: string[]
  redisCli?: string[]
}

describe('a kind is recognised', () => {
  // The words of redis-cli are those of glibc (the Debian image), of musl (Alpine), of OpenSSL, and its own.
  const signs: Record<NetworkProblemKind, Signs> = {
    unresolved: {
      code: ['ENOTFOUND', 'EAI_AGAIN'],
      redisCli: [
        'Name or service not known',
        'Temporary failure in name resolution',
        'No address associated with hostname',
        'Non-recoverable failure in name resolution',
        'Name does not resolve',
        'Try again',
        'Name has no usable address'
      ]
    },
    timeout: { code: ['ETIMEDOUT'], redisCli: ['Connection timed out', 'Operation timed out'] },
    refused: { code: ['ECONNREFUSED'], redisCli: ['Connection refused'] },
    unreachable: {
      code: ['EHOSTUNREACH', 'ENETUNREACH'],
      redisCli: ['No route to host', 'Network is unreachable', 'Host is unreachable', 'Network unreachable']
    },
    'no-tls': {
      code: ['ERR_SSL_WRONG_VERSION_NUMBER'],
      redisCli: ['SSL_connect failed: wrong version number']
    },
    handshake: {
      code: ['EPROTO', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
      redisCli: [
        'SSL_connect failed: sslv3 alert handshake failure',
        'SSL_connect failed: unexpected eof while reading'
      ]
    },
    untrusted: {
      code: [
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'SELF_SIGNED_CERT_IN_CHAIN',
        'UNABLE_TO_GET_ISSUER_CERT',
        'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE'
      ],
      redisCli: ['SSL_connect failed: certificate verify failed']
    },
    expired: { code: ['CERT_HAS_EXPIRED'] },
    early: { code: ['CERT_NOT_YET_VALID'] },
    'wrong-name': { code: ['ERR_TLS_CERT_ALTNAME_INVALID'] },
    silent: {
      message: ['Command timed out', "Socket timeout. Expecting data, but didn't receive any in 5000ms."]
    },
    closed: {
      code: ['ECONNRESET', 'EPIPE'],
      message: ['Connection is closed.'],
      redisCli: ['Connection reset by peer', 'Server closed the connection', 'Broken pipe']
    },
    client: {},
    unknown: {}
  }
  const tried = (of: keyof Signs) =>
    Object.entries(signs).flatMap(([kind, each]) => (each[of] ?? []).map((sign) => [sign, kind] as const))

  test.each(tried('code'))('by the code %s: %s', (code, kind) => {
    expect(kindOfError(code, 'whatever it says')).toBe(kind)
  })

  test.each(tried('message'))('by the message "%s" of ioredis: %s', (message, kind) => {
    expect(kindOfError('', message)).toBe(kind)
  })

  test.each(tried('redisCli'))('by the words "%s" of redis-cli: %s', (said, kind) => {
    expect(kindOfRedisCli(said)).toBe(kind)
  })

  test('by nothing that is not tried here', () => {
    const recognisedBy = Object.entries(networkProblems).map(([kind, row]) => [kind, Object.keys(row.recognisedBy)])
    const here = Object.entries(signs).map(([kind, each]) => [kind, Object.keys(each)])
    expect(Object.fromEntries(recognisedBy)).toEqual(Object.fromEntries(here))
  })

  test('as unknown by a code and by words that are in no row', () => {
    expect(kindOfError('toString', 'Unknown RESP type 72 "H". Please report this.')).toBe('unknown')
    expect(kindOfRedisCli('Protocol error, got "H" as reply type byte')).toBe('unknown')
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
