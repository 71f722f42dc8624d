import { connect, type Socket } from 'node:net'
import { type Listener, listen } from './listen.ts'
import { command, encode, Failure, type Request, RequestReader, replyEnd } from './resp.ts'

/** The commands that Redis serves while it loads its data; everything else is refused. */
const served = ['auth', 'client', 'command', 'config', 'hello', 'info', 'quit', 'select']

/**
 * A proxy for the Redis on `port` that behaves like a Redis loading its data until it has replied LOADING that often:
 * logins and INFO are answered (with loading:1), other commands get LOADING. After that it forwards everything, on open
 * connections too.
 */
export async function startLoading(port: number, answers: number): Promise<Listener> {
  let left = answers
  return listen((socket) => {
    const upstream = connect(port, '127.0.0.1')
    const replies = new Replies(upstream)
    upstream.on('error', () => socket.destroy())
    // Not destroy: the last reply may still be on its way.
    upstream.on('close', () => socket.end())
    socket.on('close', () => upstream.destroy())
    const reader = new RequestReader()
    // One command after the other, so that the replies keep their order.
    let turn = Promise.resolve()
    socket.on('data', (chunk) => {
      for (const request of reader.push(Buffer.from(chunk))) {
        turn = turn.then(async () => {
          const reply = await (left > 0 ? refuse(request, upstream, replies) : pass(request, upstream, replies))
          if (/^-LOADING|\nloading:1\r/.test(reply.toString('latin1'))) left -= 1
          socket.write(reply)
        })
      }
    })
  })
}

async function pass(request: Request, upstream: Socket, replies: Replies): Promise<Buffer> {
  upstream.write(request.raw)
  return replies.next()
}

async function refuse(request: Request, upstream: Socket, replies: Replies): Promise<Buffer> {
  const name = request.words[0]?.toString().toLowerCase() ?? ''
  if (served.includes(name)) {
    const reply = await pass(request, upstream, replies)
    return name === 'info' ? Buffer.from(reply.toString('latin1').replace('loading:0', 'loading:1'), 'latin1') : reply
  }
  // A client that is not logged in gets NOAUTH first. A PING finds that out without executing the command.
  const reply = await pass({ words: [], raw: command('PING') }, upstream, replies)
  if (reply.toString('latin1', 0, 7) === '-NOAUTH') return reply
  return encode(new Failure('LOADING Redis is loading the dataset in memory'), 2)
}

/** The replies of a connection, one by one. A connection that ends leaves the last reply pending forever. */
class Replies {
  #pending: Buffer = Buffer.alloc(0)
  #waiting: ((reply: Buffer) => void) | undefined

  constructor(socket: Socket) {
    socket.on('data', (chunk) => {
      this.#pending = Buffer.concat([this.#pending, Buffer.from(chunk)])
      this.#deliver()
    })
  }

  async next(): Promise<Buffer> {
    const { promise, resolve } = Promise.withResolvers<Buffer>()
    this.#waiting = resolve
    this.#deliver()
    return promise
  }

  #deliver(): void {
    const end = replyEnd(this.#pending, 0)
    if (this.#waiting === undefined || end === undefined) return
    const reply = this.#pending.subarray(0, end)
    this.#pending = this.#pending.subarray(end)
    this.#waiting(reply)
    this.#waiting = undefined
  }
}
