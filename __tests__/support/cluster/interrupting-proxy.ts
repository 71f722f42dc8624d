import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request } from 'node:https'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'
import { parse, stringify } from 'yaml'
import { createAuthority } from '../certificates.ts'
import { portOf } from '../redis/listen.ts'

/** When a write is interrupted: before the API server gets it, or after it was carried out and before the answer. */
export type Moment = 'before' | 'after'

/** A way to the API server that can be lost at any write. */
export interface InterruptingProxy extends AsyncDisposable {
  /** The text of a kubeconfig that goes this way. */
  readonly kubeconfig: string
  /** Every write that was asked for, in order: `PATCH /api/v1/…/configmaps/redis-config`. */
  readonly writes: readonly string[]
}

/**
 * @param path of the kubeconfig with a token
 * @param interrupted is called instead of answering the write of this number (from 1); the way is lost from then on
 */
export async function interruptingProxy(
  path: string,
  { write, moment }: { write: number; moment: Moment },
  interrupted: () => void
): Promise<InterruptingProxy> {
  const config = parse(await readFile(path, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
  }
  const [{ cluster } = { cluster: undefined }] = config.clusters
  if (cluster === undefined) throw new Error('the kubeconfig has no cluster')
  const [target, ca] = [new URL(cluster.server), Buffer.from(cluster['certificate-authority-data'], 'base64')]
  const authority = await createAuthority()
  const server = createServer(await authority.issue('127.0.0.1'))
  const sockets = new Set<Socket>()
  const writes: string[] = []
  let isLost = false
  const lose = () => {
    isLost = true
    interrupted()
    for (const socket of sockets) socket.destroy()
  }
  server.on('secureConnection', (socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    if (isLost) socket.destroy()
  })
  server.on('request', (asked: IncomingMessage, answer: ServerResponse) => {
    const isWrite = asked.method !== 'GET' && !asked.url?.includes('dryRun')
    if (isWrite) writes.push(`${asked.method} ${asked.url?.split('?')[0]}`)
    const isHit = isWrite && writes.length === write
    if (isLost || (isHit && moment === 'before')) return lose()
    const { method, url, headers } = asked
    const onward = request({ host: target.hostname, port: target.port, ca, method, path: url, headers }, (reply) => {
      if (isHit) return void reply.resume().on('end', lose)
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  server.on('upgrade', (asked: IncomingMessage, socket: Socket, head: Buffer) => {
    const onward = connect({ host: target.hostname, port: Number(target.port), ca }, () => {
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}`)
      onward.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cluster.server = `https://127.0.0.1:${portOf(server)}`
  cluster['certificate-authority-data'] = Buffer.from(authority.certificate).toString('base64')
  return {
    kubeconfig: stringify(config),
    writes,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    }
  }
}
