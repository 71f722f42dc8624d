import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import { PortForward } from '@kubernetes/client-node/dist/portforward.js'
import { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js'
import { WebSocket } from 'ws'
import { at } from '../../core/kubernetes/object.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { readResponse } from './client.ts'
import type { Connection } from './connection.ts'
import { ForeignAnswer, NetworkError } from './errors.ts'

/** Why the port-forward fails: the API server does not open it, or nothing listens in the pod. */
export type PortForwardProblem = { by: 'server'; error: unknown } | { by: 'pod'; said: string }

/** A port of a pod, reachable on the loopback interface of this machine. */
export interface ForwardedPort extends AsyncDisposable {
  readonly port: number
  /** Why the newest connection does not reach the pod; undefined if it does, or if there was none. */
  readonly problem: PortForwardProblem | undefined
}

const handshakeMilliseconds = 10_000

/**
 * Listens on a free loopback port; each connection is carried to the pod by its own WebSocket, because port-forward in
 * client-node carries one stream.
 */
export async function openPortForward(
  connection: Connection,
  namespace: string,
  pod: string,
  port: number
): Promise<ForwardedPort> {
  const sockets = new Set<Socket>()
  const webSockets = new Set<WebSocket>()
  let newest: Socket | undefined
  let problem: PortForwardProblem | undefined

  const carry = async (socket: Socket, report: (what: PortForwardProblem | undefined) => void): Promise<void> => {
    let answer: unknown
    const handler = new WebSocketHandler(connection.kubeConfig, (uri, protocols, options) => {
      const webSocket = new WebSocket(uri, protocols, { ...options, handshakeTimeout: handshakeMilliseconds })
      webSockets.add(webSocket)
      webSocket.on('open', () => report(undefined))
      webSocket.on('unexpected-response', async (_request, response) => {
        answer = await errorIn(response, connection.server)
        webSocket.terminate()
      })
      return webSocket
    })
    const errors = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (chunk.length > 0) report({ by: 'pod', said: sanitizeLine(chunk.toString('utf8')) })
        done()
      }
    })
    try {
      const forward = new PortForward(connection.kubeConfig, true, handler)
      // Without retries this is one WebSocket, not a function that returns the newest.
      const webSocket = await forward.portForward(namespace, pod, [port], socket, errors, socket)
      if (typeof webSocket === 'function') return
      // client-node leaves the local end open when the remote one closes: a client would wait forever.
      webSocket.onclose = () => socket.destroy()
      socket.on('close', () => webSocket.close())
      if (socket.destroyed) webSocket.close()
    } catch (error) {
      report({ by: 'server', error: answer ?? new NetworkError(connection.server, at(error, 'error') ?? error) })
      socket.destroy()
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    newest = socket
    // Until it is open, clients are waiting for the API server.
    const silence = { code: 'ETIMEDOUT', message: 'no answer to a port-forward' }
    problem = { by: 'server', error: new NetworkError(connection.server, silence) }
    void carry(socket, (what) => {
      if (newest === socket) problem = what
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get problem() {
      return problem
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      for (const webSocket of webSockets) webSocket.terminate()
      server.close()
      await once(server, 'close')
    }
  }
}

/** What the API server says in place of opening a WebSocket: by its status alone, nobody would know why. */
async function errorIn(response: IncomingMessage, server: URL): Promise<unknown> {
  try {
    const { status } = await readResponse(response, server, false)
    return new ForeignAnswer(server, status, response.headers['content-type'])
  } catch (error) {
    return error
  }
}
