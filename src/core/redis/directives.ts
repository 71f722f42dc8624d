import { isCredentialField } from '../redact/secret-names.ts'
import { redisBytes } from '../units.ts'
import { bindsLoopbackAlone, type RedisConfig, savePoints } from './config.ts'

/**
 * The directives of redis.conf and the forms in which CONFIG GET shows their values (config.c of Redis 7.2 and
 * Valkey 8). A directive that is in no list here has a form that is not known.
 */

/** Never asked for: the replies would hold passwords. */
const secrets = [
  'requirepass',
  'masterauth',
  'masteruser',
  'primaryauth',
  'primaryuser',
  'tls-key-file-pass',
  'tls-client-key-file-pass'
]

/**
 * What is compared elsewhere, or by nothing that CONFIG GET could show: commands of the file, and how it was reached. A
 * renamed command is told by the check that it keeps from being made.
 */
const elsewhere = ['include', 'user', 'port', 'replicaof', 'slaveof', 'bind-source-addr', 'rename-command']

/** What redis.conf can say and CONFIG GET does not. */
const unseen = ['loadmodule', 'sentinel']

const flags = words(`
  activedefrag activerehashing always-show-logo aof-disable-auto-gc aof-load-truncated aof-rewrite-incremental-fsync
  aof-timestamp-enabled aof-use-rdb-preamble appendonly cluster-allow-pubsubshard-when-down
  cluster-allow-reads-when-down cluster-allow-replica-migration cluster-enabled cluster-replica-no-failover
  cluster-require-full-coverage crash-log-enabled crash-memcheck-enabled daemonize disable-thp dynamic-hz
  io-threads-do-reads jemalloc-bg-thread latency-tracking lazyfree-lazy-eviction lazyfree-lazy-expire
  lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush no-appendfsync-on-rewrite protected-mode
  rdb-del-sync-files rdb-save-incremental-fsync rdbchecksum rdbcompression repl-disable-tcp-nodelay
  repl-diskless-sync replica-announced replica-ignore-disk-write-errors replica-ignore-maxmemory replica-lazy-flush
  replica-read-only replica-serve-stale-data set-proc-title stop-writes-on-bgsave-error syslog-enabled tls-cluster
  tls-prefer-server-ciphers tls-replication tls-session-caching use-exit-on-panic
`)

const choices = words(`
  acl-pubsub-default appendfsync cluster-preferred-endpoint-type enable-debug-command enable-module-command
  enable-protected-configs loglevel maxmemory-policy propagation-error-behavior repl-diskless-load
  sanitize-dump-payload supervised syslog-facility tls-auth-clients
`)

const numbers = words(`
  acllog-max-len active-defrag-cycle-max active-defrag-cycle-min active-defrag-max-scan-fields
  active-defrag-threshold-lower active-defrag-threshold-upper active-expire-effort auto-aof-rewrite-percentage
  busy-reply-threshold cluster-announce-bus-port cluster-announce-port cluster-announce-tls-port
  cluster-migration-barrier cluster-node-timeout cluster-port cluster-replica-validity-factor databases
  hash-max-listpack-entries hash-max-ziplist-entries io-threads key-load-delay latency-monitor-threshold
  lfu-decay-time lfu-log-factor list-compress-depth lua-time-limit maxmemory-eviction-tenacity maxmemory-samples
  min-replicas-max-lag min-replicas-to-write rdb-key-save-delay repl-backlog-ttl repl-diskless-sync-delay
  repl-diskless-sync-max-replicas repl-ping-replica-period repl-timeout replica-announce-port replica-priority
  set-max-intset-entries set-max-listpack-entries shutdown-timeout slowlog-log-slower-than slowlog-max-len
  socket-mark-id stream-node-max-entries tcp-backlog tcp-keepalive timeout tls-port tls-session-cache-size
  tls-session-cache-timeout tracking-table-max-keys watchdog-period zset-max-listpack-entries
  zset-max-ziplist-entries
`)

const sizes = words(`
  active-defrag-ignore-bytes auto-aof-rewrite-min-size client-query-buffer-limit cluster-link-sendbuf-limit
  hash-max-listpack-value hash-max-ziplist-value hll-sparse-max-bytes list-max-listpack-size list-max-ziplist-size
  maxmemory maxmemory-clients proto-max-bulk-len repl-backlog-size set-max-listpack-value stream-node-max-bytes
  zset-max-listpack-value zset-max-ziplist-value
`)

const texts = words(`
  aclfile aof_rewrite_cpulist appenddirname appendfilename bgsave_cpulist bio_cpulist cluster-announce-hostname
  cluster-announce-ip cluster-config-file dbfilename ignore-warnings locale-collate logfile pidfile
  proc-title-template replica-announce-ip server_cpulist syslog-ident tls-ca-cert-dir tls-ca-cert-file tls-cert-file
  tls-ciphers tls-ciphersuites tls-client-cert-file tls-client-key-file tls-dh-params-file tls-key-file
  tls-protocols unixsocket
`)

/** The present name for one of earlier versions; both are answered. */
export function currentName(name: string): string {
  return name.replace(/\bslave(s?)\b/, 'replica$1')
}

/** How a directive can be compared. */
export type Comparability = 'compared' | 'elsewhere' | 'secret' | 'unseen'

/** Whether CONFIG GET may be asked for a directive, and shows it. */
export function comparability(name: string): Comparability {
  if (secrets.includes(name) || (formOf(currentName(name)) === undefined && isCredentialField(name))) return 'secret'
  if (elsewhere.includes(name)) return 'elsewhere'
  // CONFIG GET takes patterns: nothing else may be a name.
  return unseen.includes(name) || !/^[a-z][a-z0-9._-]*$/.test(name) ? 'unseen' : 'compared'
}

/** What comparing a live value with the rendered one has shown. */
export type Comparison = 'same' | 'different' | 'unclear' | 'lowered'

/**
 * Compares a directive as rendered with the reply to CONFIG GET.
 * @returns unclear where a difference may be one of form alone, lowered where it may be Redis' own doing at its start
 */
export function compareDirective(config: RedisConfig, name: string, live: string): Comparison {
  const rendered = renderedForm(config, name)
  const current = currentName(name)
  const form = formOf(current)
  if (form === undefined) return plain(rendered) === plain(live) ? 'same' : 'unclear'
  if (form(rendered) === form(partOf(current, rendered, live))) return 'same'
  // Redis resolves its directory, and links in it.
  if (current === 'dir') return 'unclear'
  if (current === 'notify-keyspace-events' && form(rendered).replace('m', '') === form(live)) {
    return form(live).includes('A') ? 'unclear' : 'different'
  }
  const isLowered = current === 'maxclients' && Number(live) < Number(rendered) && !isCutOff(Number(live))
  return isLowered ? 'lowered' : 'different'
}

/** The rendered value in the order of CONFIG GET: of most directives the last line counts. */
export function renderedForm(config: RedisConfig, name: string): string {
  if (name === 'save') return savePoints(config)
  const lines = config.get(name) ?? []
  const all = currentName(name) === 'client-output-buffer-limit' ? lines.flat() : (lines.at(-1) ?? [])
  return all.join(' ').trim()
}

/** A value in the form in which it is compared, where that is one that people read. */
export function shownForm(config: RedisConfig, name: string, value: string): string {
  const current = currentName(name)
  if (current === 'client-output-buffer-limit') return partOf(current, renderedForm(config, name), value)
  return (
    (sizes.has(current) || flags.has(current) || choices.has(current) ? formOf(current) : undefined)?.(value) ?? value
  )
}

/**
 * Whether so few clients are let in that no limit of open files explains it. At its start, Redis lowers maxclients to
 * what the limit leaves, and keeps 32 for itself (adjustOpenFilesLimit of server.c): it raises the soft limit as far as
 * the hard one allows, in steps of 16, so that any number may come out.
 */
function isCutOff(maxclients: number): boolean {
  return maxclients < 100
}

type Form = (value: string) => string

function formOf(name: string): Form | undefined {
  if (Object.hasOwn(specialForms, name)) return specialForms[name]
  if (flags.has(name) || choices.has(name)) return (value) => plain(value).toLowerCase()
  if (numbers.has(name)) return (value) => asNumber(plain(value))
  if (sizes.has(name)) return (value) => asBytes(plain(value))
  return texts.has(name) ? plain : undefined
}

const specialForms: Readonly<Record<string, Form>> = {
  maxclients: (value) => asNumber(plain(value)),
  // From 1 to 500, to which Redis cuts it.
  hz: (value) => String(Math.min(500, Math.max(1, Number(plain(value))))),
  dir: (value) => plain(value).replace(/(.)\/+$/, '$1'),
  save: (value) => numberList(plain(value)),
  bind: (value) => plain(value).toLowerCase(),
  unixsocketperm: (value) => String(Number.parseInt(plain(value) || '0', 8)),
  'oom-score-adj': (value) => (/^relative$/i.test(plain(value)) ? 'yes' : plain(value).toLowerCase()),
  'oom-score-adj-values': numberList,
  'latency-tracking-info-percentiles': numberList,
  'shutdown-on-sigint': anyOrder,
  'shutdown-on-sigterm': anyOrder,
  'notify-keyspace-events': eventClasses,
  'client-output-buffer-limit': (value) => JSON.stringify(bufferLimits(value))
}

function plain(value: string): string {
  return value
    .trim()
    .replace(/[ \t]+/g, ' ')
    .replace(/^""$/, '')
}

function asNumber(value: string): string {
  return /^[+-]?\d+$/.test(value) ? String(BigInt(value)) : value
}

function asBytes(value: string): string {
  return String(redisBytes(value) ?? value.toLowerCase())
}

function numberList(value: string): string {
  return plain(value)
    .split(' ')
    .map((each) => (each === '' ? '' : String(Number(each))))
    .join(' ')
}

function anyOrder(value: string): string {
  return plain(value).toLowerCase().split(' ').sort().join(' ')
}

/**
 * `A` stands for most classes: in Redis 5 and 6 for g$lshzxet, since 7.0 also for d, and before 5 without t. Where all of
 * them are on, it is answered alone: without the further classes of objects (n of 7.0, o, c and r of 8), but with the
 * channels (K, E, and S, T, I, V of 8) and m (keyspaceEventsFlagsToString of notify.c), which early 6.0 leaves out, too.
 */
function eventClasses(value: string): string {
  const classes = new Set(plain(value).replaceAll('A', 'g$lshzxetd'))
  if (![...'g$lshzxe'].every((each) => classes.has(each))) return [...classes].sort().join('')
  return ['A', ...[...classes].filter((each) => 'KESTIVm'.includes(each)).sort()].join('')
}

/** Each class of clients once, as `replica 256mb 64mb 60`: the last one counts. */
function bufferLimits(value: string): Record<string, string> {
  const limits: [string, string][] = []
  const all = plain(value).toLowerCase().split(' ')
  for (let at = 0; at + 3 < all.length; at += 4) {
    const [kind = '', hard = '', soft = '', seconds = ''] = all.slice(at, at + 4)
    limits.push([currentName(kind), `${asBytes(hard)} ${asBytes(soft)} ${asNumber(seconds)}`])
  }
  return Object.fromEntries([...new Map(limits)].sort())
}

/** What the rendered value says nothing of is left out of the live one: other classes of clients keep their defaults. */
function partOf(name: string, rendered: string, live: string): string {
  if (name !== 'client-output-buffer-limit') return live
  const wanted = Object.keys(bufferLimits(rendered))
  return Object.entries(bufferLimits(live))
    .filter(([kind]) => wanted.includes(kind))
    .map(([kind, limits]) => `${kind} ${limits}`)
    .join(' ')
}

/** Directives that cut clients off where they are not at their default, with how. Nobody sets them live by intention. */
const cuts: Readonly<Record<string, (live: string) => string | undefined>> = {
  bind: (live) => (bindsLoopbackAlone(live) ? 'nobody outside the pod can connect' : undefined),
  // The default is 10000.
  maxclients: (live) => (isCutOff(Number(live)) ? 'further clients are turned away' : undefined),
  timeout: (live) => (Number(live) > 0 && Number(live) < 60 ? 'idle clients are disconnected' : undefined),
  'maxmemory-clients': (live) => (plain(live) === '0' ? undefined : 'clients are disconnected for their buffers'),
  'proto-max-bulk-len': (live) => (Number(live) < 512 * 1024 ** 2 ? 'larger values are refused' : undefined),
  'client-query-buffer-limit': (live) =>
    Number(live) < 64 * 1024 ** 2 ? 'clients with larger requests are disconnected' : undefined,
  'client-output-buffer-limit': (live) =>
    (bufferLimits(live)['normal'] ?? '0 0 0').startsWith('0 0 ')
      ? undefined
      : 'clients that read slowly are disconnected'
}

/** The names of the directives that may cut clients off. */
export const cuttingDirectives: readonly string[] = Object.keys(cuts)

/** What a live value that is not rendered does to clients; undefined if nothing. */
export function cutOffBy(name: string, live: string): string | undefined {
  return Object.hasOwn(cuts, name) ? cuts[name]?.(live) : undefined
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
