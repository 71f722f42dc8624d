import { textAt } from '../../core/kubernetes/object.ts'

/** Why AWS did not do what was asked, as far as its answer tells. */
export type AwsErrorKind =
  | 'absent'
  | 'denied'
  | 'expired'
  | 'key'
  | 'clock'
  | 'throttled'
  | 'invalid'
  | 'silent'
  | 'other'

/** The codes of ElastiCache and STS, and those of every API of AWS; the SDK names its errors after them. */
const codes: readonly [cause: AwsErrorKind, names: readonly string[]][] = [
  ['absent', ['ReplicationGroupNotFoundFault', 'CacheClusterNotFoundFault', 'ServerlessCacheNotFoundFault']],
  ['denied', ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'AuthorizationError']],
  ['expired', ['ExpiredToken', 'ExpiredTokenException']],
  ['key', ['InvalidClientTokenId', 'UnrecognizedClientException', 'AuthFailure', 'OptInRequired']],
  ['key', ['SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature', 'MissingAuthenticationToken']],
  ['clock', ['RequestExpired', 'RequestInTheFuture', 'RequestTimeTooSkewed']],
  ['throttled', ['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException']],
  ['invalid', ['InvalidParameterValue', 'InvalidParameterValueException', 'InvalidParameterCombination']]
]

/** Reads an error of the SDK by its shape: it comes from another bundle, in which its class is another one. */
export function awsErrorKind(error: unknown): AwsErrorKind {
  const name = textAt(error, 'name') ?? ''
  // With a wrong key the message is another one.
  if (name === 'SignatureDoesNotMatch' && /^Signature (expired|not yet current)/.test(textAt(error, 'message') ?? ''))
    return 'clock'
  return codes.find(([, names]) => names.includes(name))?.[0] ?? (isSilence(error) ? 'silent' : 'other')
}

const brokenOff =
  /^(ECONN|ETIMEDOUT|EPIPE|EPROTO|EHOSTUNREACH|ENETUNREACH|CERT_|ERR_TLS|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/

/** No name, no connection, no trust in the certificate, or no answer in time. */
function isSilence(error: unknown): boolean {
  const isLate = textAt(error, 'name') === 'TimeoutError'
  return isLate || textAt(error, 'syscall') === 'getaddrinfo' || brokenOff.test(textAt(error, 'code') ?? '')
}
