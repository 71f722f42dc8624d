import { connect } from 'node:tls'
import { textAt } from '../../core/kubernetes/object.ts'

/** What OpenSSL says of an answer that is no TLS at all. */
const noTls = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE)$/

/**
 * Whether a local port speaks TLS. An alert, such as one that demands a certificate of the client, is an answer of TLS,
 * too; a connection that ends without a word is none.
 * @param timeout milliseconds
 */
export async function speaksTls(port: number, timeout: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout })
  return await new Promise<boolean>((resolve) => {
    socket.on('timeout', () => resolve(false))
    socket.on('secureConnect', () => resolve(true))
    socket.on('error', (error) => {
      const code = textAt(error, 'code') ?? ''
      resolve(code.startsWith('ERR_SSL_') && !noTls.test(code))
    })
    socket.on('close', () => resolve(false))
  }).finally(() => socket.destroy())
}
