import { connect } from 'node:net'
import { command } from './resp.ts'

/** Whether a Redis on the loopback interface serves commands: it is listening and has loaded its data. */
export async function answers(port: number, password: string | undefined): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.setTimeout(1000, () => socket.destroy())
  socket.on('error', () => resolve(false))
  socket.on('close', () => resolve(false))
  socket.on('connect', () => {
    if (password !== undefined) socket.write(command('AUTH', 'default', password))
    socket.write(command('PING'))
  })
  socket.setEncoding('latin1').on('data', (text) => {
    received += text
    const [last = ''] = received.split('\r\n').slice(-2)
    // NOAUTH: the configuration of the caller requires a password that is unknown here. Redis replies nevertheless.
    if (last === '+PONG' || last.startsWith('-NOAUTH')) resolve(true)
    else if (last.startsWith('-LOADING')) resolve(false)
  })
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
