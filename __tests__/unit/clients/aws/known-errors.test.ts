import { describe, expect, test } from '@jest/globals'
import { type AwsErrorKind, awsErrorKind } from '../../../../src/clients/aws/known-errors.ts'

describe('the kind of an AWS error', () => {
  test.each<[AwsErrorKind, object]>([
    ['absent', { name: 'ReplicationGroupNotFoundFault' }],
    ['absent', { name: 'CacheClusterNotFoundFault' }],
    ['absent', { name: 'ServerlessCacheNotFoundFault' }],
    ['denied', { name: 'AccessDenied' }],
    ['denied', { name: 'AccessDeniedException' }],
    ['expired', { name: 'ExpiredToken' }],
    ['expired', { name: 'ExpiredTokenException' }],
    ['key', { name: 'InvalidClientTokenId' }],
    ['key', { name: 'UnrecognizedClientException' }],
    ['key', { name: 'SignatureDoesNotMatch', message: 'The request signature we calculated does not match …' }],
    ['clock', { name: 'SignatureDoesNotMatch', message: 'Signature expired: 20260101T000000Z is now earlier than …' }],
    ['clock', { name: 'SignatureDoesNotMatch', message: 'Signature not yet current: 20260101T000000Z is …' }],
    ['clock', { name: 'RequestExpired' }],
    ['throttled', { name: 'Throttling' }],
    ['throttled', { name: 'RequestLimitExceeded' }],
    ['invalid', { name: 'InvalidParameterValue' }],
    ['silent', { name: 'TimeoutError', message: 'a request has exceeded …' }],
    ['silent', { name: 'Error', code: 'ECONNRESET', message: 'socket hang up' }],
    ['silent', { name: 'Error', code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
    ['silent', { name: 'Error', code: 'EAI_AGAIN', syscall: 'getaddrinfo' }],
    ['silent', { name: 'Error', code: 'SELF_SIGNED_CERT_IN_CHAIN' }],
    ['silent', { name: 'Error', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }],
    ['silent', { name: 'Error', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
    ['other', { name: 'Error', code: 'ENOENT', syscall: 'open' }],
    ['other', { name: 'InternalFailure' }],
    ['other', { name: 'TypeError', message: 'x is not a function' }],
    ['other', {}]
  ])('%s: %j', (cause, error) => {
    expect(awsErrorKind(error)).toBe(cause)
  })

  test('leaves a value that is not an object unclassified', () => {
    expect(awsErrorKind('AccessDenied')).toBe('other')
    expect(awsErrorKind(undefined)).toBe('other')
  })
})
