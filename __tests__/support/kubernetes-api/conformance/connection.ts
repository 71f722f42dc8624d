import { Agent, type RequestOptions, request } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import type { JsonObject } from '../json.ts'

export interface ApiRequest {
  readonly method?: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly contentType?: string
  readonly body?: unknown
}

export interface ApiResponse {
  readonly code: number
  readonly body: JsonObject
}

/** The provider of an External Secrets Operator. */
export interface Provider {
  readonly store: { kind: string; name: string }
  /** Sets the value of a name, as JSON. */
  hold(name: string, fields: Readonly<Record<string, string>>): Promise<void>
}

/** One API server with a namespace to write into. */
export interface Connection {
  readonly namespace: string
  send(request: ApiRequest): Promise<ApiResponse>
  /** Sets the behaviour of the next pods in a simulated cluster; real ones behave by themselves. */
  script?(...kinds: ('never-ready' | 'ready')[]): void
  /** Set if there is an External Secrets Operator. */
  readonly provider?: Provider
  close(): Promise<void>
}

/** A client of the bare API: as little as possible between a test and the wire. */
export async function sender(kubeconfig: string): Promise<Connection['send']> {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  const server = config.getCurrentCluster()?.server ?? ''
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  // The agent of the client library closes every connection after its response.
  const agent = new Agent({ keepAlive: true })
  const token = config.getCurrentUser()?.token
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  return ({ method = 'GET', path, query = {}, contentType = 'application/json', body }) => {
    const url = new URL(path, server)
    url.search = new URLSearchParams(query).toString()
    const text = body === undefined ? undefined : JSON.stringify(body)
    const length = text === undefined ? {} : { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) }
    const headers = { ...authorization, ...length }
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { ...options, agent, method, headers }, (incoming) => {
        let received = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => {
          received += chunk
        })
        incoming.on('error', reject)
        incoming.on('end', () => resolve({ code: incoming.statusCode ?? 0, body: parsed(received) }))
      })
      outgoing.on('error', reject)
      outgoing.end(text)
    })
  }
}

function parsed(text: string): JsonObject {
  return text.startsWith('{') ? JSON.parse(text) : { text }
}
