import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import { PortForward } from '@kubernetes/client-node/dist/portforward.js'
import { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js'
import { WebSocket } from 'ws'
import { textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import type { Connection } from './connection.ts'

/** A port of a pod, reachable on the loopback interface of this machine. */
export interface Tunnel extends AsyncDisposable {
  readonly port: number
  /** Why the last connection through the tunnel failed, undefined if none did. */
  readonly lastError: string | undefined
}

const handshakeMilliseconds = 10_000

/**
 * Listens on a free loopback port; each connection to it is carried to the pod by a WebSocket of its own, because
 * port-forward in client-node carries one stream.
 */
export async function openTunnel(
  connection: Connection,
  namespace: string,
  pod: string,
  port: number
): Promise<Tunnel> {
  const sockets = new Set<Socket>()
  const webSockets = new Set<WebSocket>()
  let lastError: string | undefined

  const handler = new WebSocketHandler(connection.kubeConfig, (uri, protocols, options) => {
    const webSocket = new WebSocket(uri, protocols, { ...options, handshakeTimeout: handshakeMilliseconds })
    webSockets.add(webSocket)
    return webSocket
  })
  const portForward = new PortForward(connection.kubeConfig, true, handler)

  const carry = async (socket: Socket): Promise<void> => {
    const errors = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (chunk.length > 0) lastError = harmlessLine(chunk.toString('utf8'))
        done()
      }
    })
    // Without retries there is one WebSocket, and not a function that gives the newest.
    const webSocket = await portForward.portForward(namespace, pod, [port], socket, errors, socket)
    if (typeof webSocket === 'function') return
    // client-node leaves the local end open when the remote one closes: a client would wait for ever.
    webSocket.onclose = () => socket.destroy()
    socket.on('close', () => webSocket.close())
    if (socket.destroyed) webSocket.close()
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    carry(socket).catch((error: unknown) => {
      lastError = harmlessLine(textAt(error, 'message') ?? String(error))
      socket.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get lastError() {
      return lastError
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      for (const webSocket of webSockets) webSocket.terminate()
      server.close()
      await once(server, 'close')
    }
  }
}
