import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { Duplex } from 'node:stream'
import { checkServerIdentity, connect, rootCertificates } from 'node:tls'
import { textAt } from '../../core/kubernetes/object.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { NetworkProblem } from './network-problem.ts'
import type { Certificate } from './probe-output.ts'

/** An alert that says goodbye: the server ends the connection when it has answered, so that nobody waits for more. */
const closeNotify = Buffer.from('15030300020100', 'hex')

/**
 * The first bytes that a TLS client sends to a host. In TLS 1.2 a server answers them with its certificates in the clear
 * (RFC 5246, 7.3), so that whoever carries the bytes needs no TLS of its own.
 */
export async function clientHello(host: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const wire = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      resolve(chunk)
      done()
    }
  })
  const servername = isIP(host) === 0 ? host : undefined
  const socket = connect({
    socket: wire,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    ...(servername !== undefined && { servername })
  })
  socket.on('error', reject)
  try {
    return Buffer.concat([await promise, closeNotify])
  } finally {
    socket.destroy()
  }
}

const recordOfHandshake = 22
const messageOfCertificates = 11

/**
 * The certificates in what a server answered to a ClientHello of TLS 1.2, its own first; none if it answered anything
 * else, such as an alert. Records: RFC 5246, 6.2.1; messages: 7.4; the list of certificates: 7.4.2.
 */
export function presentedCertificates(answer: Buffer): X509Certificate[] {
  const message = messages(handshakeOf(answer)).find(({ type }) => type === messageOfCertificates)
  if (message === undefined) return []
  // The list has a length of its own in front.
  return vectors(message.body.subarray(3)).flatMap((der) => {
    try {
      return [new X509Certificate(der)]
    } catch {
      return []
    }
  })
}

/** The contents of the records that carry the handshake, put together: a message may go over several records. */
function handshakeOf(bytes: Buffer): Buffer {
  const fragments: Buffer[] = []
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt16BE(at + 3)
    if (bytes[at] !== recordOfHandshake) break
    fragments.push(bytes.subarray(at + 5, end))
    at = end
  }
  return Buffer.concat(fragments)
}

function messages(handshake: Buffer): { type: number; body: Buffer }[] {
  const found: { type: number; body: Buffer }[] = []
  for (let at = 0; at + 4 <= handshake.length; ) {
    const end = at + 4 + handshake.readUIntBE(at + 1, 3)
    if (end > handshake.length) break
    found.push({ type: handshake.readUInt8(at), body: handshake.subarray(at + 4, end) })
    at = end
  }
  return found
}

/** Byte strings that stand one after the other, each with its length in three bytes. */
function vectors(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at + 3 <= bytes.length; ) {
    const end = at + 3 + bytes.readUIntBE(at, 3)
    if (end > bytes.length) break
    found.push(bytes.subarray(at + 3, end))
    at = end
  }
  return found
}

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
export function distrust(presented: readonly X509Certificate[], now: Date, said: string): NetworkProblem {
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
  const reason = sanitizeLine(textAt(error, 'reason') ?? textAt(error, 'message') ?? '', 300)
  const [, found] = /is not in the cert's (?:altnames|list): *(.*)$/.exec(reason) ?? []
  if (found === undefined) return reason
  return found === '' ? 'it names no address' : `it names ${found}`
}

/** `CN=…` of a distinguished name, all of it where that is missing. */
function nameOf(name: string): string {
  return sanitizeLine(/^CN=.*$/m.exec(name)?.[0] ?? name.replaceAll('\n', ', '), 200)
}

function day(time: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? sanitizeLine(time, 40) : date.toISOString().slice(0, 10)
}

/** The annotations of an object may have 256 KiB together (ValidateAnnotationsSize of Kubernetes). */
const most = 200 * 1024

/** Who signs for ElastiCache (https://www.amazontrust.com/repository). */
const amazon = /^CN=(Amazon Root CA|Starfield (Services )?Root Certificate Authority)/m

/**
 * The authorities that a pod must know beyond those of its image: Amazon's, because a Debian image has none at all, and
 * what was given to this process (NODE_EXTRA_CA_CERTS).
 * @param trusted certificates (PEM) that this process trusts, the ones of Node among them
 * @returns PEM, and how many did not fit
 */
export function authoritiesForPod(trusted: readonly string[]): { pem: string; left: number } {
  const ofNode = new Set(rootCertificates.map(bytesOf))
  // Whole bundles of a system are given there too, for the sake of one authority that is missing in Node.
  const wanted = trusted.filter((pem) => !ofNode.has(bytesOf(pem)) || amazon.test(new X509Certificate(pem).subject))
  const fitting: string[] = []
  let size = 0
  for (const pem of wanted) {
    size += pem.length + 1
    if (size <= most) fitting.push(pem.trim())
  }
  return { pem: `${fitting.join('\n')}\n`, left: wanted.length - fitting.length }
}

/** A certificate as it is compared: its base64 without the lines around it, whose breaks differ. */
function bytesOf(pem: string): string {
  return pem.replace(/-----[^-]+-----|\s/g, '')
}
