import { X509Certificate } from 'node:crypto'

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
