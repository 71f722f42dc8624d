import { X509Certificate } from 'node:crypto'
import { type Cache, caches } from '../../e2e/caches.ts'
import { green, type Line, type Outcome, red, type Subject } from '../line.ts'
import type { ManagedScene } from '../managed-scene.ts'

type ManagedLine = Line<ManagedScene>

/** Of verify, which does not ask a managed cache unless it is told to, and says so. */
const unasked = green('no connection was tried')

/** For a deployment that does not get as far, or whose cache is no part of the line. */
const withoutAsking = { 'probe-from': 'none' }

/** A cache that is where the Secret says, and is not what clients need. */
function cache(title: string, kind: Cache, look: ManagedLine['look'], deploy: Outcome): ManagedLine {
  const port = String(caches[kind])
  return { title, first: 'deploy', plant: (scene) => scene.store({ port }), look, deploy, verify: unasked }
}

/** What redis-cli says of the cache at a port, with the token and with TLS. */
function redisCli(kind: Cache, ...command: string[]): (shows: string | RegExp) => ManagedLine['look'] {
  return (shows) => ({ see: (scene) => scene.redis(caches[kind], '--tls', '--insecure', ...command), shows })
}

/** The names in a certificate, as it is given to the cache. */
function certificate(kind: Cache, shows: RegExp): ManagedLine['look'] {
  const file = `${caches[kind]}.crt`
  return { see: async (scene) => new X509Certificate(await scene.file(file)).subjectAltName ?? 'no names', shows }
}

/** Fields of the secret in AWS that are wrong: whoever reads them, in the Secret that the operator writes. */
function fields(
  title: string,
  changed: Readonly<Record<string, string | undefined>>,
  [key, shows]: readonly [string, string | RegExp],
  outcome: Outcome
): ManagedLine {
  return {
    title,
    deployInputs: withoutAsking,
    first: 'deploy',
    plant: (scene) => scene.store(changed),
    look: { see: (scene) => scene.credential(key), shows },
    deploy: outcome,
    verify: outcome
  }
}

/** A replication group, which AWS describes so, and the Secret; of them, something does not fit. */
function group(
  title: string,
  plant: (scene: ManagedScene) => Promise<string>,
  shows: RegExp,
  ...words: (string | RegExp)[]
): ManagedLine {
  const outcome = red('elasticache-settings', ...words)
  let described = ''
  return {
    title,
    deployInputs: withoutAsking,
    first: 'deploy',
    async plant(scene) {
      described = await plant(scene)
    },
    look: { see: async () => described, shows },
    deploy: outcome,
    verify: outcome
  }
}

/** Production: the cache is outside the cluster, and AWS has its settings and credentials. */
export const managed: Subject<ManagedScene> = {
  title: 'Production: the cache of AWS, its settings or its credentials are wrong',
  lines: [
    {
      title: 'a managed cache as it must be',
      first: 'deploy',
      plant: async (scene) => scene.nameGroup(),
      look: redisCli('right', 'ping')('PONG'),
      deploy: green(),
      verify: unasked
    },
    {
      title: 'a managed cache that is not asked, with `probe-from: none`: the summary says so',
      deployInputs: withoutAsking,
      first: 'deploy',
      plant: (scene) => scene.group({}).then(({ host }) => scene.store({ host })),
      look: { see: (scene) => scene.credential('host'), shows: /^master\./ },
      deploy: green('The Secret and the settings of ElastiCache were verified; no connection was tried'),
      verify: unasked
    },
    cache(
      'its certificate is that of another host',
      'wrong name',
      certificate('wrong name', /hospital-erp\.abc123/),
      red('elasticache-unreachable', 'the certificate is not for')
    ),
    cache(
      'the Secret names a reader endpoint, which takes no writes',
      'replica',
      redisCli('replica', 'role')('slave'),
      red('secret-field', 'is a replica of', 'accepts no writes')
    ),
    cache(
      'the cache needs no token',
      'open',
      redisCli('open', 'ping')('PONG'),
      red('redis-open', 'without a password: PING was answered with PONG')
    ),
    cache(
      'its policy evicts nothing (`noeviction`)',
      'noeviction',
      redisCli('noeviction', 'config', 'get', 'maxmemory-policy')('noeviction'),
      red('config-drift', 'noeviction: every write fails when the memory is full')
    ),
    {
      title: 'the token was rotated in AWS Secrets Manager alone',
      first: 'deploy',
      plant: (scene) => scene.store({ password: 'another-token-of-16' }),
      look: { see: (scene) => scene.credential('password'), shows: /^another-token/ },
      deploy: red('redis-auth', 'the password of Secret/redis-credentials was rejected'),
      verify: unasked
    },
    fields(
      '`url` of the secret is `redis://…`, without TLS',
      { url: 'redis://:another-token-of-16@cache.example.com:6379', password: 'another-token-of-16' },
      ['url', /^redis:/],
      red('secret-field', 'url', /rediss|TLS/)
    ),
    {
      title: 'the secret in AWS lacks a field',
      first: 'deploy',
      deployInputs: { ...withoutAsking, timeout: '15s' },
      plant: (scene) => scene.store({ port: undefined, url: 'rediss://:x@cache.example.com:6379' }),
      look: {
        see: (scene) => scene.kubectl('get', 'externalsecret', 'redis-credentials', '--output=yaml'),
        shows: /SecretSyncedError/
      },
      deploy: red('external-secret-error', 'port'),
      verify: red('external-secret-error', 'port')
    },
    group(
      'the replication group has neither Multi-AZ nor backups',
      async (scene) => {
        const { host, described } = await scene.group({ MultiAZEnabled: false, SnapshotRetentionLimit: 0 })
        await scene.store({ host })
        return described
      },
      /"MultiAZ": "disabled"/,
      'multi-az: Multi-AZ is disabled',
      'backups: no automatic backups'
    ),
    group(
      'the Secret names another replication group than the one that is verified',
      async (scene) => {
        const { host } = await scene.group({})
        await scene.store({ host })
        const { described } = await scene.group({})
        return described.includes(host) ? 'its own endpoint' : `another than ${host}`
      },
      /^another than master\./,
      'is an endpoint of another group'
    )
  ]
}
