import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { listAt, objectAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { badRequest, StatusError } from '../status.ts'

/** The protocol that the API server chooses for ports, even if a client also supports v5. */
const PROTOCOL = 'v4.channel.k8s.io'

export interface PortForwardDeps {
  /** Port of the pod to local TCP port. */
  readonly forward: Readonly<Record<number, number>>
  readonly forwardHost: string
}

/** pods/portforward over WebSocket: for the nth port the channels 2n (data) and 2n + 1 (error). */
export class PortForwards {
  readonly #deps: PortForwardDeps
  readonly #server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false)
  })
  readonly #open = new Map<WebSocket, string>()
  #silent = false

  constructor(deps: PortForwardDeps) {
    this.#deps = deps
  }

  /** From now on port-forwards open and carry nothing. */
  silence(silent: boolean): void {
    this.#silent = silent
  }

  /** Breaks connections without a closing frame, like a lost network. */
  drop(): void {
    for (const socket of this.#open.keys()) socket.terminate()
  }

  /** The sandbox of a pod is gone, and its streams are closed properly. */
  closeOf(uid: string | undefined): void {
    for (const [socket, owner] of this.#open) if (owner === uid) socket.close(1000)
  }

  close(): void {
    this.drop()
    this.#server.close()
  }

  open(request: IncomingMessage, socket: Duplex, head: Buffer, pod: KubernetesObject, query: URLSearchParams): void {
    const ports = portsOf(pod, query)
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open.set(webSocket, pod.metadata.uid ?? '')
      webSocket.on('close', () => this.#open.delete(webSocket))
      webSocket.on('error', () => webSocket.terminate())
      if (!this.#silent) this.#carry(webSocket, ports, pod)
    })
  }

  #carry(webSocket: WebSocket, ports: readonly number[], pod: KubernetesObject): void {
    const { forward, forwardHost } = this.#deps
    const sockets = ports.map((port, index): Socket | undefined => {
      const prefix = Buffer.alloc(2)
      prefix.writeUInt16LE(port)
      send(webSocket, 2 * index, prefix)
      send(webSocket, 2 * index + 1, prefix)
      const local = forward[port]
      const refuse = (): void => {
        send(webSocket, 2 * index + 1, Buffer.from(refusal(port, pod)))
        webSocket.close(1000)
      }
      if (local === undefined) {
        refuse()
        return undefined
      }
      const target = connect(local, forwardHost)
      let isConnected = false
      target.on('connect', () => {
        isConnected = true
      })
      target.on('data', (data) => {
        if (!this.#silent) send(webSocket, 2 * index, data)
      })
      target.on('error', () => {
        if (!isConnected) return refuse()
        send(webSocket, 2 * index + 1, Buffer.from(broken(port, pod)))
        webSocket.close(1000)
      })
      target.on('end', () => webSocket.close(1000))
      return target
    })
    webSocket.on('message', (message) => {
      if (!Buffer.isBuffer(message) || message.length === 0 || this.#silent) return
      const channel = message.readUInt8()
      if (channel % 2 === 0) sockets[channel / 2]?.write(message.subarray(1))
    })
    webSocket.on('close', () => {
      for (const target of sockets) target?.destroy()
    })
  }
}

function send(webSocket: WebSocket, channel: number, data: Buffer): void {
  if (webSocket.readyState === webSocket.OPEN) webSocket.send(Buffer.concat([Buffer.from([channel]), data]))
}

function portsOf(pod: KubernetesObject, query: URLSearchParams): number[] {
  const { name, namespace } = pod.metadata
  const ports = query.getAll('ports').flatMap((text) => text.split(','))
  const wrong = ports.find((port) => !/^\d+$/.test(port))
  if (wrong !== undefined) {
    throw badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${JSON.stringify(wrong)}: invalid syntax`)
  }
  if (textAt(pod, 'spec', 'nodeName') === '') throw badRequest(`pod ${name} does not have a host assigned`)
  const isUp = listAt(pod, 'status', 'containerStatuses').some(
    (item) => objectAt(item, 'state')['waiting'] === undefined
  )
  if (!isUp) throw new StatusError(500, 'InternalError', `pod not found ("${name}_${namespace}")`)
  if (ports.length === 0) throw badRequest('query parameter "port" is required')
  return ports.map(Number)
}

/** The message of containerd if the connection inside the pod is reset. */
function broken(port: number, pod: KubernetesObject): string {
  const sandbox = (pod.metadata.uid ?? '').replaceAll('-', '').padEnd(64, '0')
  return (
    `error forwarding port ${port} to pod ${sandbox}, uid : failed to execute portforward in network namespace ` +
    `"/var/run/netns/cni-${pod.metadata.uid}": read tcp4 127.0.0.1:40000->127.0.0.1:${port}: read: connection reset by peer`
  )
}

/** The message of containerd if nothing listens. */
function refusal(port: number, pod: KubernetesObject): string {
  const sandbox = (pod.metadata.uid ?? '').replaceAll('-', '').padEnd(64, '0')
  return (
    `error forwarding port ${port} to pod ${sandbox}, uid : failed to execute portforward in network namespace ` +
    `"/var/run/netns/cni-${pod.metadata.uid}": failed to connect to localhost:${port} inside namespace "${sandbox}", ` +
    `IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: ` +
    'no suitable address found '
  )
}
