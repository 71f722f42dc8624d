import { expect, test } from '@jest/globals'
import { networkProblemOfError } from '../../../../src/phases/probe/from-runner.ts'

const error = (code: string | undefined, message: string, more = {}) =>
  Object.assign(new Error(message), code !== undefined && { code }, more)

test.each([
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND master.x', 'unresolved'],
  ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN master.x', 'unresolved'],
  ['ETIMEDOUT', 'connect ETIMEDOUT', 'timeout'],
  ['ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:6379', 'refused'],
  ['EHOSTUNREACH', 'connect EHOSTUNREACH 10.0.0.1:6379', 'unreachable'],
  ['ECONNRESET', 'read ECONNRESET', 'closed'],
  ['ECONNRESET', 'Client network socket disconnected before secure TLS connection was established', 'closed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'SSL routines:wrong version number', 'no-tls'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'sslv3 alert handshake failure', 'handshake'],
  ['EPROTO', 'write EPROTO', 'handshake'],
  ['CERT_HAS_EXPIRED', 'certificate has expired', 'expired'],
  ['CERT_NOT_YET_VALID', 'certificate is not yet valid', 'early'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', 'untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate', 'untrusted'],
  [undefined, 'Command timed out', 'silent'],
  [undefined, "Socket timeout. Expecting data, but didn't receive any in 5000ms.", 'silent'],
  [undefined, 'Connection is closed.', 'closed'],
  [undefined, 'Unknown RESP type 72 "H". Please report this.', 'unknown']
])('reads the network problem %s (%s): %s', (code, message, kind) => {
  expect(networkProblemOfError(error(code, message))).toEqual({ kind, said: message })
})

test('reads the error code where several addresses refuse without a message', () => {
  expect(networkProblemOfError(error('ECONNREFUSED', ''))).toEqual({ kind: 'refused', said: 'ECONNREFUSED' })
})

test('names the hosts of a certificate for another host', () => {
  const reason = "Host: a.example.org. is not in the cert's altnames: DNS:b.example.org, DNS:c.example.org"
  const cause = error('ERR_TLS_CERT_ALTNAME_INVALID', `Hostname/IP does not match certificate's altnames: ${reason}`, {
    reason
  })
  expect(networkProblemOfError(error('ERR_TLS_CERT_ALTNAME_INVALID', cause.message, { cause }))).toEqual({
    kind: 'wrong-name',
    said: 'it names DNS:b.example.org, DNS:c.example.org'
  })
})
