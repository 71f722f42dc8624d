import { messageOf } from '../failure.ts'
import { at, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { namingProblem } from './certificate.ts'
import type { Trouble, TroubleKind } from './trouble.ts'

/** Codes of Node and OpenSSL for a connection that does not come about or breaks. */
const kinds: Record<string, TroubleKind> = {
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  EPROTO: 'handshake',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no-tls',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-name',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'early',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted'
}

/** What kept ioredis from asking. */
export function troubleOfError(error: unknown): Trouble {
  const code = textAt(error, 'code') ?? ''
  const said = harmlessLine(messageOf(error), 300) || code
  const kind = (Object.hasOwn(kinds, code) ? kinds[code] : undefined) ?? kindOfMessage(said, code)
  return { kind, said: kind === 'wrong-name' ? namingProblem(at(error, 'cause') ?? error) : said }
}

function kindOfMessage(said: string, code: string): TroubleKind {
  if (code.startsWith('ERR_SSL_')) return 'handshake'
  if (/Command timed out|Socket timeout/.test(said)) return 'silent'
  return said === 'Connection is closed.' ? 'closed' : 'unknown'
}
