import process from 'node:process'
import type { State } from './stand-in-state.ts'

/**
 * The version names the API that the stand-in implements, so that clients can compare numbers, and also says that this
 * is not Redis, so that no report of a test or a demo can be mistaken for the proof of a real one.
 */
export const version = '7.2.0-stand-in'

type Section = Readonly<Record<string, string | number>>

/** The reply to INFO: all sections, or the requested ones in the order of Redis. */
export function info(state: State, wanted: readonly string[]): string {
  const all = wanted.length === 0 || wanted.some((name) => ['all', 'default', 'everything'].includes(name))
  return Object.entries(sections(state))
    .filter(([title]) => all || wanted.includes(title.toLowerCase()))
    .map(([title, section]) => {
      const lines = Object.entries(section).map(([name, value]) => `${name}:${value}\r\n`)
      return `# ${title}\r\n${lines.join('')}`
    })
    .join('\r\n')
}

function sections(state: State): Readonly<Record<string, Section>> {
  const { settings } = state
  const aof = settings.values.get('appendonly') === 'yes' ? 1 : 0
  return {
    Server: {
      redis_version: version,
      redis_mode: 'standalone',
      os: process.platform,
      process_id: process.pid,
      run_id: state.runId,
      tcp_port: settings.number('port'),
      uptime_in_seconds: Math.floor((Date.now() - state.started) / 1000)
    },
    Clients: {
      connected_clients: state.clients.size,
      maxclients: settings.number('maxclients'),
      blocked_clients: 0
    },
    Memory: {
      used_memory: state.usedMemory(),
      used_memory_rss: state.usedMemory() + 8 * 1024 ** 2,
      maxmemory: settings.number('maxmemory'),
      maxmemory_policy: settings.values.get('maxmemory-policy') ?? ''
    },
    Persistence: {
      loading: 0,
      rdb_bgsave_in_progress: 0,
      rdb_last_bgsave_status: 'ok',
      aof_enabled: aof,
      aof_last_bgrewrite_status: 'ok',
      aof_last_write_status: 'ok'
    },
    Stats: {
      total_connections_received: state.connections,
      total_commands_processed: state.commands,
      expired_keys: state.expired,
      evicted_keys: 0,
      keyspace_hits: state.hits,
      keyspace_misses: state.misses
    },
    Replication: replication(settings.values.get('replicaof')),
    Cluster: { cluster_enabled: settings.values.get('cluster-enabled') === 'yes' ? 1 : 0 },
    Keyspace: Object.fromEntries(
      state
        .databases()
        .filter(([, keys]) => keys.size > 0)
        .map(([index, keys]) => {
          const expires = [...keys.values()].filter((entry) => entry.expires !== undefined).length
          return [`db${index}`, `keys=${keys.size},expires=${expires},avg_ttl=0`]
        })
    )
  }
}

/** @param replicaof host and port, as in the directive */
function replication(replicaof: string | undefined): Section {
  if (replicaof === undefined) return { role: 'master', connected_slaves: 0 }
  const [host = '', port = ''] = replicaof.split(' ')
  return { role: 'slave', master_host: host, master_port: port, master_link_status: 'down' }
}
