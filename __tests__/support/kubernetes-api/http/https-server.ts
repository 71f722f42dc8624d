import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Resource } from '../resources.ts'
import { methodNotAllowed, noSuchResource, notFound, StatusError, unauthorized } from '../status.ts'
import type { ObjectStore } from '../store.ts'
import type { Timers } from '../timers.ts'
import type { Certificate } from './certificate.ts'
import { discoveryDocument, groupsOf } from './discovery.ts'
import type { FaultReply, Faults } from './fault.ts'
import type { PortForwards } from './port-forward.ts'
import { readBody } from './request-body.ts'
import type { RecordedRequest, RequestLog } from './request-log.ts'
import type { Answer, ResourceHandler } from './resource-handler.ts'
import { routeOf } from './route.ts'

export interface Services {
  readonly token: string
  /** The password of the user `proxy`, as for an authenticating proxy in front of the server. */
  readonly password: string
  /** The served resources; the definitions of custom resources may be missing. */
  readonly resources: readonly Resource[]
  readonly store: ObjectStore
  readonly handler: ResourceHandler
  readonly forwards: PortForwards
  readonly faults: Faults
  readonly log: RequestLog
  readonly timers: Timers
}

/** HTTPS with keep-alive: authentication, faults and routes, for plain requests and for upgrades. */
export function httpsServer({ cert, key }: Certificate, services: Services): Server {
  const server = createServer({ cert, key, keepAliveTimeout: 60_000 })
  const { timers } = services
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    timers.background(() => serve(services, request, response), timers.closing)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // The server forgets a socket after an upgrade, and would wait for it forever when it closes.
    const destroy = (): void => {
      socket.destroy()
    }
    socket.on('error', destroy)
    timers.closing.addEventListener('abort', destroy)
    socket.on('close', () => timers.closing.removeEventListener('abort', destroy))
    timers.background(() => upgrade(services, request, socket, head), timers.closing)
  })
  return server
}

async function serve(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const recorded = services.log.record(request)
  const body = await readBody(request).catch(() => undefined)
  if (body === undefined) return
  const fault = services.faults.take(recorded.method, recorded.path)
  if (fault === 'hang') return
  if (fault === 'reset') {
    request.socket.destroy()
    return
  }
  const reply = await answerOf(services, request, recorded, fault, () => answer(services, recorded, body))
  const headers = typeof fault === 'object' && 'status' in fault ? (fault.headers ?? {}) : {}
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  send(response, reply)
}

/** The response, or that of a fault or a refusal. */
async function answerOf(
  services: Services,
  request: IncomingMessage,
  recorded: RecordedRequest,
  fault: FaultReply | undefined,
  make: () => Answer
): Promise<Answer> {
  if (typeof fault === 'object' && 'delayMs' in fault) {
    const { delayMs } = fault
    await new Promise<void>((resolve) => services.timers.after(delayMs, resolve))
  } else if (typeof fault === 'object') {
    return { code: fault.status, body: fault.body }
  }
  try {
    if (!isKnown(services, request)) throw unauthorized()
    return make()
  } catch (error) {
    if (!(error instanceof StatusError)) throw new Error(`${recorded.method} ${recorded.path}`, { cause: error })
    return { code: error.code, body: error.body }
  }
}

function isKnown({ token, password }: Services, { headers }: IncomingMessage): boolean {
  const basic = Buffer.from(`proxy:${password}`).toString('base64')
  return [`Bearer ${token}`, `Basic ${basic}`].includes(headers.authorization ?? '')
}

function answer({ handler, resources }: Services, recorded: RecordedRequest, body: string): Answer {
  const { method, path } = recorded
  const document = discoveryDocument(path, resources)
  if (document !== undefined) {
    if (method !== 'GET') throw methodNotAllowed()
    return { code: 200, body: document }
  }
  if (/^\/(livez|readyz|healthz)$/.test(path)) return { code: 200, body: 'ok' }
  const route = routeOf(path, resources)
  if (route !== undefined) return handler.handle(route, recorded, body)
  // A group without a registered server never reaches the code that writes a Status.
  const [, group] = /^\/apis\/([^/]+)/.exec(path) ?? []
  if (group !== undefined && !groupsOf(resources).includes(group)) return { code: 404, body: '404 page not found\n' }
  throw noSuchResource()
}

function send(response: ServerResponse, { code, body }: Answer): void {
  response.statusCode = code
  if (body === undefined) {
    response.end()
    return
  }
  const isText = typeof body === 'string'
  response.setHeader('Content-Type', isText ? 'text/plain; charset=utf-8' : 'application/json')
  response.end(isText ? body : `${JSON.stringify(body)}\n`)
}

async function upgrade(services: Services, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const recorded = services.log.record(request)
  const fault = services.faults.take(recorded.method, recorded.path)
  if (fault === 'hang') return
  if (fault === 'reset') {
    socket.destroy()
    return
  }
  const refused = await answerOf(services, request, recorded, fault, () => {
    const route = routeOf(recorded.path, services.resources)
    if (route?.resource.kind !== 'Pod' || route.subresource !== 'portforward') throw noSuchResource()
    const { resource, namespace, name = '' } = route
    const pod = services.store.get('Pod', namespace, name)
    if (pod === undefined) throw notFound(resource, name)
    services.forwards.open(request, socket, head, pod, recorded.query)
    return { code: 101, body: undefined }
  })
  if (refused.code === 101) return
  const text = JSON.stringify(refused.body)
  socket.end(
    `HTTP/1.1 ${refused.code} Refused\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  )
}
