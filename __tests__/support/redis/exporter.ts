import { once } from 'node:events'
import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import { portOf } from './listen.ts'

export interface ExporterOptions {
  redisPort: number
  password?: string | undefined
}

export interface Exporter extends AsyncDisposable {
  readonly port: number
}

type Kind = 'counter' | 'gauge'

/** The metrics of redis_exporter that the project documents, and the INFO field of each. */
const metrics: readonly (readonly [name: string, kind: Kind, field: string])[] = [
  ['redis_connected_clients', 'gauge', 'connected_clients'],
  ['redis_memory_used_bytes', 'gauge', 'used_memory'],
  ['redis_memory_max_bytes', 'gauge', 'maxmemory'],
  ['redis_commands_processed_total', 'counter', 'total_commands_processed'],
  ['redis_keyspace_hits_total', 'counter', 'keyspace_hits'],
  ['redis_keyspace_misses_total', 'counter', 'keyspace_misses']
]

/** An HTTP server that responds like redis_exporter: /metrics queries Redis at each scrape, /health does not. */
export async function startExporter(options: ExporterOptions): Promise<Exporter> {
  const server = createServer((request, response) => {
    if (request.url === '/health') {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('ok')
    } else if (request.url === '/metrics') {
      scrape(options).then(
        (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
        () => response.writeHead(500).end()
      )
    } else {
      response.writeHead(404).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

async function scrape(options: ExporterOptions): Promise<string> {
  const info = await readInfo(options)
  const up = line('redis_up', 'gauge', 'Whether Redis could be asked', info === undefined ? '0' : '1')
  if (info === undefined) return up
  const runId = /^run_id:(\w+)/m.exec(info)?.[1]
  const instance = line('redis_instance_info', 'gauge', 'Which Redis was asked', '1', `{os="Linux",run_id="${runId}"}`)
  return metrics.reduce((text, [name, kind, field]) => {
    const value = new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]
    return value === undefined ? text : text + line(name, kind, `${field} metric`, value)
  }, up + instance)
}

function line(name: string, kind: Kind, help: string, value: string, labels = ''): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${name}${labels} ${value}\n`
}

/** undefined if Redis is unreachable, rejects the password or does not reply in time. */
async function readInfo({ redisPort, password }: ExporterOptions): Promise<string | undefined> {
  const redis = new Redis({
    host: '127.0.0.1',
    port: redisPort,
    ...(password === undefined ? {} : { password }),
    lazyConnect: true,
    connectTimeout: 2000,
    commandTimeout: 2000,
    retryStrategy: () => null
  })
  // Without a listener ioredis prints every connection error.
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await redis.info()
  } catch {
    return undefined
  } finally {
    redis.disconnect()
  }
}
