import { type Listener, listen } from './listen.ts'
import { encode, Failure, OK, RequestReader } from './resp.ts'

export { startLoading } from './loading.ts'

/** Accepts connections and stays silent: a process that hangs, or a firewall that drops packets. */
export async function startSilent(): Promise<Listener> {
  return listen((socket) => socket.resume())
}

/** Accepts connections and closes them at once: a proxy without a backend. */
export async function startHangUp(): Promise<Listener> {
  return listen((socket) => socket.end())
}

/** Speaks HTTP: the port of another service. */
export async function startHttp(): Promise<Listener> {
  const body = 'Bad Request'
  const head = `HTTP/1.1 400 ${body}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close`
  return listen((socket) => socket.once('data', () => socket.end(`${head}\r\n\r\n${body}`)))
}

/** A Redis whose password nobody knows. */
export async function startWrongPassword(): Promise<Listener> {
  return listen((socket) => {
    const reader = new RequestReader()
    socket.on('data', (chunk) => {
      for (const { words } of reader.push(Buffer.from(chunk))) {
        const [name, ...rest] = words.map((word) => word.toString().toLowerCase())
        const login = name === 'auth' || (name === 'hello' && rest.includes('auth'))
        if (name === 'quit') socket.end(encode(OK, 2))
        else socket.write(encode(login ? wrongPassword : noAuthentication, 2))
      }
    })
  })
}

const wrongPassword = new Failure('WRONGPASS invalid username-password pair or user is disabled.')
const noAuthentication = new Failure('NOAUTH Authentication required.')
