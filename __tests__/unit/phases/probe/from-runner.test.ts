import { expect, test } from '@jest/globals'
import { networkProblemOfError } from '../../../../src/phases/probe/from-runner.ts'

const error = (code: string | undefined, message: string, more = {}) =>
  Object.assign(new Error(message), code !== undefined && { code }, more)

test('an error with a code: its kind, and what it says', () => {
  const message = 'connect ECONNREFUSED 10.0.0.1:6379'
  expect(networkProblemOfError(error('ECONNREFUSED', message))).toEqual({ kind: 'refused', said: message })
})

test('an error without a code: its kind is told by what it says', () => {
  const message = 'Connection is closed.'
  expect(networkProblemOfError(error(undefined, message))).toEqual({ kind: 'closed', said: message })
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
