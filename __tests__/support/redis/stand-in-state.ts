import { randomBytes } from 'node:crypto'
import type { Protocol } from './resp.ts'
import type { Settings } from './stand-in-settings.ts'

export interface Client {
  readonly id: number
  readonly address: string
  user: string | undefined
  name: string
  database: number
  protocol: Protocol
  closing: boolean
}

export interface Entry {
  value: Buffer
  /** Milliseconds since the epoch. */
  expires: number | undefined
}

/** The state of the stand-in: keys, clients and the counters for INFO. */
export class State {
  readonly settings: Settings
  readonly clients = new Map<number, Client>()
  readonly started = Date.now()
  readonly runId = randomBytes(20).toString('hex')
  connections = 0
  commands = 0
  hits = 0
  misses = 0
  expired = 0
  readonly #databases = new Map<number, Map<string, Entry>>()

  constructor(settings: Settings) {
    this.settings = settings
  }

  connect(address: string): Client {
    this.connections += 1
    const user = this.settings.open ? 'default' : undefined
    const client: Client = { id: this.connections, address, user, name: '', database: 0, protocol: 2, closing: false }
    this.clients.set(client.id, client)
    return client
  }

  /** The keys of a database; names are latin1, so that they can contain any byte. */
  keys(database: number): Map<string, Entry> {
    const keys = this.#databases.get(database) ?? new Map<string, Entry>()
    this.#databases.set(database, keys)
    for (const [name, { expires }] of keys) {
      if (expires !== undefined && expires <= Date.now() && keys.delete(name)) this.expired += 1
    }
    return keys
  }

  databases(): [index: number, keys: Map<string, Entry>][] {
    return [...this.#databases.keys()].sort((a, b) => a - b).map((index) => [index, this.keys(index)])
  }

  /** An estimate: the size of an empty Redis, and the bytes of keys and values. */
  usedMemory(): number {
    let bytes = 1_000_000
    for (const [, keys] of this.databases()) {
      for (const [name, { value }] of keys) bytes += 64 + name.length + value.length
    }
    return bytes
  }
}
