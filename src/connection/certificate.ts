import type { X509Certificate } from 'node:crypto'
import { checkServerIdentity } from 'node:tls'
import { textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import type { Certificate, Trouble } from './trouble.ts'

/** What the certificates of a server say of themselves. @param presented that of the server first */
export function certificateOf(presented: readonly X509Certificate[], host: string): Certificate {
  const [own] = presented
  if (own === undefined) return { naming: undefined }
  const problem = checkServerIdentity(host, own.toLegacyObject())
  return {
    issuer: nameOf(own.issuer),
    validUntil: day(own.validTo),
    naming: problem === undefined || namingProblem(problem)
  }
}

/** Why a client did not accept the certificates; it says no more than that. */
export function distrust(presented: readonly X509Certificate[], now: Date, said: string): Trouble {
  const over = presented.find(({ validTo }) => Date.parse(validTo) < now.getTime())
  if (over !== undefined) return { kind: 'expired', said: `that of ${nameOf(over.subject)}, on ${day(over.validTo)}` }
  const early = presented.find(({ validFrom }) => Date.parse(validFrom) > now.getTime())
  if (early !== undefined) {
    return { kind: 'early', said: `that of ${nameOf(early.subject)}, not before ${day(early.validFrom)}` }
  }
  const last = presented.at(-1)
  return { kind: 'untrusted', said: last === undefined ? said : `issued by ${nameOf(last.issuer)}` }
}

/** Which names a certificate has instead, by an error of checkServerIdentity. */
export function namingProblem(error: unknown): string {
  const reason = harmlessLine(textAt(error, 'reason') ?? textAt(error, 'message') ?? '', 300)
  const [, found] = /is not in the cert's (?:altnames|list): *(.*)$/.exec(reason) ?? []
  if (found === undefined) return reason
  return found === '' ? 'it names no address' : `it names ${found}`
}

/** `CN=…` of a distinguished name, all of it where that is missing. */
function nameOf(name: string): string {
  return harmlessLine(/^CN=.*$/m.exec(name)?.[0] ?? name.replaceAll('\n', ', '), 200)
}

function day(time: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? harmlessLine(time, 40) : date.toISOString().slice(0, 10)
}
