import { Failure, OK, type Reply } from './resp.ts'
import { type Command, unlimited } from './stand-in-command.ts'
import type { Client, Entry, State } from './stand-in-state.ts'

/** The commands that read and write keys: only those needed to prove a cache. */
export const keyCommands: Readonly<Record<string, Command>> = {
  get: { least: 1, most: 1, run: (state, client, [key]) => lookUp(state, client, key)?.value ?? null },
  set: { least: 2, most: unlimited, run: write },
  del: { least: 1, most: unlimited, run: remove },
  unlink: { least: 1, most: unlimited, run: remove },
  exists: {
    least: 1,
    most: unlimited,
    run: (state, client, keys) => keys.filter((key) => lookUp(state, client, key) !== undefined).length
  },
  ttl: { least: 1, most: 1, run: (state, client, [key]) => timeToLive(state, client, key) },
  dbsize: { least: 0, most: 0, run: (state, client) => state.keys(client.database).size }
}

const nameOf = (key: Buffer | undefined): string => key?.toString('latin1') ?? ''

/** Reads a key and counts a hit or a miss, like every reading command of Redis. */
function lookUp(state: State, client: Client, key: Buffer | undefined): Entry | undefined {
  const entry = state.keys(client.database).get(nameOf(key))
  if (entry === undefined) state.misses += 1
  else state.hits += 1
  return entry
}

function write(state: State, client: Client, [key, value, ...options]: readonly Buffer[]): Reply {
  const keys = state.keys(client.database)
  let expires: number | undefined
  for (let at = 0; at < options.length; at += 1) {
    const option = options[at]?.toString().toLowerCase()
    if (option === 'nx' || option === 'xx') {
      if (keys.has(nameOf(key)) === (option === 'nx')) return null
    } else if (option === 'ex' || option === 'px') {
      at += 1
      const time = Number(options[at])
      if (options[at] === undefined) return new Failure('ERR syntax error')
      if (!Number.isInteger(time)) return new Failure('ERR value is not an integer or out of range')
      if (time <= 0) return new Failure("ERR invalid expire time in 'set' command")
      expires = Date.now() + time * (option === 'ex' ? 1000 : 1)
    } else {
      return new Failure('ERR syntax error')
    }
  }
  // A copy: the received data is a view of the connection's buffer.
  keys.set(nameOf(key), { value: Buffer.from(value ?? ''), expires })
  return OK
}

function remove(state: State, client: Client, keys: readonly Buffer[]): Reply {
  return keys.filter((key) => state.keys(client.database).delete(nameOf(key))).length
}

function timeToLive(state: State, client: Client, key: Buffer | undefined): Reply {
  const entry = lookUp(state, client, key)
  if (entry === undefined) return -2
  return entry.expires === undefined ? -1 : Math.round((entry.expires - Date.now()) / 1000)
}
