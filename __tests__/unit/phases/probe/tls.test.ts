import { X509Certificate } from 'node:crypto'
import { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { certificateOf, clientHello, distrust, presentedCertificates } from '../../../../src/phases/probe/tls.ts'
import { type Authority, createAuthority, daysFromNow } from '../../../support/certificates.ts'
import fc from '../../../support/fast-check.ts'
import type { Certificate } from '../../../support/kubernetes-api/http/certificate.ts'

let authority: Authority

beforeAll(async () => {
  authority = await createAuthority()
})

/** What a TLS server of Node writes when it gets these bytes; no network is between. */
async function answerTo(hello: Buffer, { cert, key }: Certificate, options = {}): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const written: Buffer[] = []
  const wire = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk)
      done()
    }
  })
  const server = new TLSSocket(wire, { isServer: true, secureContext: createSecureContext({ cert, key, ...options }) })
  // It ends when it reads the alert at the end of the bytes.
  for (const event of ['error', 'end', 'close']) server.on(event, () => resolve(Buffer.concat(written)))
  server.resume()
  wire.push(hello)
  return promise
}

describe('the first bytes of a handshake', () => {
  test('are a ClientHello with the host name, and a close_notify', async () => {
    const hello = await clientHello('cache.example.org')
    expect([hello[0], hello[5]]).toEqual([22, 1])
    expect(hello.includes('cache.example.org')).toBe(true)
    expect(hello.subarray(-7)).toEqual(Buffer.from([0x15, 3, 3, 0, 2, 1, 0]))
  })

  test('contain no IP address as server name', async () => {
    expect((await clientHello('10.0.0.1')).includes('10.0.0.1')).toBe(false)
  })

  test('make a server send its certificates, its own first', async () => {
    const own = await authority.issue('cache.example.org')
    const chain = { ...own, cert: `${own.cert}\n${authority.certificate}` }
    const presented = presentedCertificates(await answerTo(await clientHello('cache.example.org'), chain))
    expect(presented.map(({ subject }) => subject)).toEqual(['CN=cache.example.org', 'CN=Test Authority'])
  })

  test('get no certificates from a server that only speaks TLS 1.3', async () => {
    const own = await authority.issue('cache.example.org')
    const answer = await answerTo(await clientHello('cache.example.org'), own, { minVersion: 'TLSv1.3' })
    expect(presentedCertificates(answer)).toEqual([])
  })
})

describe('the first bytes of a server', () => {
  test.each([
    ['nothing', ''],
    ['an error of Redis', '-NOAUTH Authentication required.\r\n'],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a handshake that is cut', '\u0016\u0003\u0003\u0010\u0000\u000b\u0000\u0001']
  ])('contain no certificate: %s', (_, answer) => {
    expect(presentedCertificates(Buffer.from(answer, 'latin1'))).toEqual([])
  })

  test('may be split into any number of records', async () => {
    const { cert } = await authority.issue('cache.example.org')
    const { raw } = new X509Certificate(cert)
    const sized = (bytes: Buffer) => Buffer.concat([Buffer.from([0, bytes.length >> 8, bytes.length & 255]), bytes])
    const message = Buffer.concat([Buffer.from([11]), sized(sized(sized(raw)))])
    const records = [...message].map((byte) => Buffer.from([22, 3, 3, 0, 1, byte]))
    expect(presentedCertificates(Buffer.concat(records)).map(({ subject }) => subject)).toEqual([
      'CN=cache.example.org'
    ])
  })

  test('are parsed whatever they are', () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const record = Buffer.concat([Buffer.from([22, 3, 3, 0, first.length]), first, second])
        return Array.isArray(presentedCertificates(record)) && Array.isArray(presentedCertificates(Buffer.from(first)))
      })
    )
  })
})

describe('a certificate', () => {
  const issued = async (...issue: Parameters<Authority['issue']>) => [
    new X509Certificate((await authority.issue(...issue)).cert)
  ]

  test.each([
    ['cache.example.org', 'cache.example.org', true],
    ['*.example.org', 'cache.example.org', true],
    ['*.example.org', 'a.cache.example.org', 'it names DNS:*.example.org'],
    ['reader.example.org', 'cache.example.org', 'it names DNS:reader.example.org'],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.2', '10.0.0.1', 'it names 10.0.0.2'],
    ['cache.example.org', '10.0.0.1', 'it names no address']
  ])('for %s is judged by a client of %s', async (name, host, naming) => {
    expect(certificateOf(await issued(name), host)).toEqual({
      issuer: 'CN=Test Authority',
      validUntil: daysFromNow(30).toISOString().slice(0, 10),
      naming
    })
  })

  test('that was not seen explains nothing', () => {
    expect(certificateOf([], 'cache.example.org')).toEqual({ naming: undefined })
  })

  test.each<[string, { from?: Date; until?: Date }, string, RegExp]>([
    ['over', { from: daysFromNow(-9), until: daysFromNow(-3) }, 'expired', /^that of CN=cache\.example\.org, on 20/],
    [
      'to come',
      { from: daysFromNow(3), until: daysFromNow(9) },
      'early',
      /^that of CN=cache\.example\.org, not before 20/
    ],
    ['now', {}, 'untrusted', /^issued by CN=Test Authority$/]
  ])('that is not trusted is judged by its validity: %s', async (_, valid, kind, said) => {
    const presented = await issued('cache.example.org', valid)
    expect(distrust(presented, new Date(), 'verify failed')).toEqual({ kind, said: expect.stringMatching(said) })
  })

  test('of an expired CA above a valid one is reported', async () => {
    const [own] = await issued('cache.example.org')
    const [above] = await issued('Authority of Yesterday', { from: daysFromNow(-9), until: daysFromNow(-3) })
    if (own === undefined || above === undefined) throw new Error('nothing was issued')
    expect(distrust([own, above], new Date(), '').said).toMatch(/^that of CN=Authority of Yesterday/)
  })
})
