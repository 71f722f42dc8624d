import { once } from 'node:events'
import { connect } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import type { Certificate } from '../kubernetes-api/http/certificate.ts'
import { type Listener, portOf } from './listen.ts'

/** A TLS proxy for the Redis on `port`: for any Redis, built with TLS or not. */
export async function startTls(port: number, { cert, key }: Certificate, options: TlsOptions = {}): Promise<Listener> {
  const sockets = new Set<TLSSocket>()
  const server = createServer({ cert, key, ...options }, (socket) => {
    sockets.add(socket)
    const upstream = connect(port, '127.0.0.1')
    socket.pipe(upstream).pipe(socket)
    socket.on('error', () => upstream.destroy())
    upstream.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    }
  }
}
