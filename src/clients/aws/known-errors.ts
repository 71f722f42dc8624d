import { textAt } from '../../core/kubernetes/object.ts'

/** Why AWS did not do what was requested, as far as its response reveals it. */
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

/** The error codes of ElastiCache and STS, and the common ones of AWS; the SDK names its errors after them. */
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

/** Reads an SDK error by its shape: it comes from another bundle, where its class is a different one. */
export function awsErrorKind(error: unknown): AwsErrorKind {
  const name = textAt(error, 'name') ?? ''
  // A wrong key has another message.
  if (name === 'SignatureDoesNotMatch' && /^Signature (expired|not yet current)/.test(textAt(error, 'message') ?? ''))
    return 'clock'
  return codes.find(([, names]) => names.includes(name))?.[0] ?? (isSilence(error) ? 'silent' : 'other')
}

const brokenOff =
  /^(ECONN|ETIMEDOUT|EPIPE|EPROTO|EHOSTUNREACH|ENETUNREACH|CERT_|ERR_TLS|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/

/** No DNS entry, no connection, an untrusted certificate, or a timeout. */
function isSilence(error: unknown): boolean {
  const isLate = textAt(error, 'name') === 'TimeoutError'
  return isLate || textAt(error, 'syscall') === 'getaddrinfo' || brokenOff.test(textAt(error, 'code') ?? '')
}
