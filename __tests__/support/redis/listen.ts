import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

export interface Listener extends AsyncDisposable {
  readonly port: number
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a TCP port')
  return address.port
}

/** A TCP server on the loopback interface. Disposing of it also closes the connections that are still open. */
export async function listen(onConnection: (socket: Socket) => void): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A client that disconnects in the middle of a reply is not a failure of the server.
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    }
  }
}

/** A closed port: the system assigns it to no program that requests any port. */
export const closedPort = 1

/** A port that was free a moment ago. Another program may take it first, so callers must be ready to retry. */
export async function freePort(): Promise<number> {
  const listener = await listen((socket) => socket.destroy())
  await listener[Symbol.asyncDispose]()
  return listener.port
}
