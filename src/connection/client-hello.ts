import { isIP } from 'node:net'
import { Duplex } from 'node:stream'
import { connect } from 'node:tls'

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
