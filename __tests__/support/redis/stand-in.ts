import type { Socket } from 'node:net'
import { type Listener, listen } from './listen.ts'
import { encode, Failure, RequestReader } from './resp.ts'
import { execute } from './stand-in-commands.ts'
import { Settings } from './stand-in-settings.ts'
import { State } from './stand-in-state.ts'

/**
 * A server in this process that speaks RESP2 and RESP3 and replies like a Redis with the given configuration, for
 * machines without Redis. It keeps keys in memory only: it neither evicts at maxmemory nor writes an append-only file.
 */
export async function startStandIn(config: string): Promise<Listener> {
  const settings = new Settings(config)
  const state = new State(settings)
  const listener = await listen((socket) => serve(state, socket))
  settings.values.set('port', String(listener.port))
  return listener
}

function serve(state: State, socket: Socket): void {
  const reader = new RequestReader()
  const client = state.connect(`${socket.remoteAddress}:${socket.remotePort}`)
  socket.on('close', () => state.clients.delete(client.id))
  socket.on('data', (chunk) => {
    try {
      for (const { words } of reader.push(bytesOf(chunk))) {
        if (client.closing) return
        socket.write(encode(execute(state, client, words), client.protocol))
        if (client.closing) socket.end()
      }
    } catch (error) {
      // Bytes that are not RESP: Redis replies with an error and hangs up.
      socket.end(encode(new Failure(`ERR Protocol error: ${error instanceof Error ? error.message : error}`), 2))
    }
  })
}

function bytesOf(chunk: string | Buffer): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}
