import { expect, test } from '@jest/globals'
import { secretChecks, secretProblems } from '../../../../../src/phases/secret/validate/validate-secret.ts'
import fc from '../../../../support/fast-check.ts'
import {
  encodings,
  inUrl,
  leastEncoded,
  otherHosts,
  passwords,
  portNumbers,
  serverlessHosts,
  stored,
  tokenHosts,
  tokens,
  userPasswords
} from '../credentials.ts'

const expectNoProblem = (fields: { host: string; port: string; password: string; url: string }) => {
  const secret = stored(fields)
  expect(secretProblems(secret)).toEqual([])
  expect(secretChecks(secret).map(({ passed }) => passed)).toEqual([true, true, true, true])
}
const tlsSchemes = fc.constantFrom('rediss', 'valkeys', 'REDISS')
const databases = fc.constantFrom('', '/', '/0', '/15', '?ssl_cert_reqs=required')

test('accepts every AUTH token that AWS accepts, with full or minimal percent-encoding', () => {
  fc.assert(
    fc.property(
      tokenHosts,
      portNumbers,
      tokens,
      encodings,
      tlsSchemes,
      databases,
      (host, port, token, encode, ...url) => {
        const [scheme, database] = url
        expectNoProblem({
          host,
          port,
          password: token,
          url: `${scheme}://:${encode(token)}@${host}:${port}${database}`
        })
      }
    ),
    { numRuns: 300 }
  )
})

test('accepts every user password that AWS accepts', () => {
  const user = fc.stringMatching(/^[a-z][a-z0-9-]{0,15}$/)
  const hosts = fc.oneof(tokenHosts, serverlessHosts)
  fc.assert(
    fc.property(hosts, portNumbers, user, userPasswords, encodings, (host, port, name, password, encode) => {
      expectNoProblem({ host, port, password, url: `rediss://${name}:${encode(password)}@${host}:${port}` })
    }),
    { numRuns: 300 }
  )
})

test('accepts the password of the user default without a user name', () => {
  fc.assert(
    fc.property(fc.oneof(tokenHosts, serverlessHosts), userPasswords, (host, password) => {
      expectNoProblem({ host, port: '6379', password, url: `rediss://:${encodeURIComponent(password)}@${host}` })
    })
  )
})

test('accepts any password for another Redis, with TLS or without', () => {
  const schemes = fc.constantFrom('redis', 'rediss')
  fc.assert(
    fc.property(otherHosts, portNumbers, passwords, encodings, schemes, (host, port, password, encode, scheme) => {
      expectNoProblem({ host, port, password, url: `${scheme}://:${encode(password)}@${inUrl(host)}:${port}` })
    }),
    { numRuns: 300 }
  )
})

test('accepts only URLs that every client can parse, within RFC 3986', () => {
  const part = "[\\w.~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2}"
  const grammar = new RegExp(`^rediss://(${part})*@[a-z0-9.-]+:\\d+$`)
  fc.assert(
    fc.property(tokenHosts, userPasswords, fc.boolean(), (host, password, isRaw) => {
      const url = `rediss://:${isRaw ? password : leastEncoded(password)}@${host}:6379`
      const isRight = secretProblems(stored({ host, port: '6379', password, url })).length === 0
      expect(isRight && !grammar.test(url)).toBe(false)
    }),
    { numRuns: 300 }
  )
})

test('accepts a host and a URL that differ in case, and a URL without the default port', () => {
  fc.assert(
    fc.property(tokenHosts, tokens, (host, token) => {
      const url = `rediss://:${encodeURIComponent(token)}@${host.toUpperCase()}`
      expectNoProblem({ host, port: '6379', password: token, url })
      expectNoProblem({ host: `${host}.`, port: '06379', password: token, url })
    })
  )
})
