import { at, type KubernetesObject, listAt, objectId } from '../../core/kubernetes/object.ts'
import { containerOf, names, ports } from '../../core/kubernetes/workload.ts'
import { aclUsers, mayRunCommands, needsNoPassword } from '../../core/redis/acl.ts'
import { bindsLoopbackAlone, setting } from '../../core/redis/config.ts'
import { certainSettings, type RedisSettings } from '../../core/rendered-cache/redis-settings.ts'
import { mayBeProxied, type RenderedRedis } from '../../core/rendered-cache/rendered-cache.ts'
import { scriptLines } from '../../core/rendered-cache/scripts.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

/**
 * Settings with which Redis would run and be of no use: clients cannot connect or write, or others get in. What is not
 * certain, such as a file that is not rendered, is right.
 */
export function redisProblems(redis: RenderedRedis): string[] {
  const settings = certainSettings(redis.settings)
  // Which reaches Redis at an address and a port of its own.
  const isBehindProxy = mayBeProxied(redis)
  return [
    ...(isBehindProxy ? [] : containerPortProblems(redis)),
    ...(settings === undefined || isBehindProxy ? [] : [...bindProblems(settings), ...portProblems(settings)]),
    ...(settings === undefined
      ? []
      : [...writeProblems(settings, redis), ...userProblems(settings), ...passwordProblems(settings, redis)])
  ]
}

/** Where a directive stands that is set once, with its value: the file or the argument to change. */
function lineOf(settings: RedisSettings, directive: string, value: string): string {
  const line = sanitizeLine(`${directive} ${value}`, 100)
  return settings.overridden.includes(directive)
    ? `StatefulSet/${names.statefulSet}: the argument --${line} of container ${names.redisContainer}`
    : `ConfigMap/${settings.configMap}: ${line} in ${fileOf(settings, directive)}`
}

/** The key of the ConfigMap, if only one has the directive. */
function fileOf({ files }: RedisSettings, directive: string): string {
  const line = new RegExp(`^[ \\t]*${directive}[ \\t]`, 'im')
  const [key, ...others] = Object.keys(files).filter((each) => line.test(files[each] ?? ''))
  return key === undefined || others.length > 0 ? 'redis.conf' : key
}

function bindProblems(settings: RedisSettings): string[] {
  const bind = setting(settings.config, 'bind') ?? ''
  if (!bindsLoopbackAlone(bind)) return []
  return [`${lineOf(settings, 'bind', bind)} lets nobody outside the pod connect: write bind * -::*`]
}

function portProblems(settings: RedisSettings): string[] {
  const port = setting(settings.config, 'port')
  const tls = setting(settings.config, 'tls-port')
  if (port === undefined || Number(port) === ports.redis) {
    if (Number(tls) !== ports.redis || settings.unresolved.includes('port')) return []
    const takes = 'takes the port where Redis listens without TLS, so that it ends at its start: write another one'
    return [`${lineOf(settings, 'tls-port', String(tls))} ${takes}`]
  }
  const why =
    Number(port) === 0 && tls !== undefined
      ? `leaves only tls-port ${sanitizeLine(tls, 20)}, and this action and the exporter connect without TLS`
      : `is not the port where this action and clients connect`
  return [`${lineOf(settings, 'port', port)} ${why}: write port ${ports.redis}`]
}

/** Ports of containers are for people and for those who call them by a name. */
function containerPortProblems({ container: redis, statefulSet }: RenderedRedis): string[] {
  const declared = redis?.ports ?? []
  if (declared.some(({ number }) => number === ports.redis)) return []
  const named = declared.findIndex(({ name }) => name === 'redis')
  if (named === -1) return []
  return [
    `${objectId(statefulSet.object)}: ports[${named}].containerPort of container ${names.redisContainer} is ` +
      `${declared[named]?.number}, and Redis listens on ${ports.redis}: write ${ports.redis}`
  ]
}

function writeProblems(settings: RedisSettings, { statefulSet, sidecars, scripts }: RenderedRedis): string[] {
  const replica = ['replicaof', 'slaveof'].flatMap((directive) => {
    const master = setting(settings.config, directive)
    if (master === undefined || /^no\s+one$/i.test(master)) return []
    return [`${lineOf(settings, directive, master)} makes Redis a replica, which takes no write: remove it`]
  })
  const cluster = setting(settings.config, 'cluster-enabled')
  if (cluster?.toLowerCase() !== 'yes' || mayAssignSlots(statefulSet.object, { sidecars, scripts })) return replica
  return [
    ...replica,
    `${lineOf(settings, 'cluster-enabled', cluster)} makes Redis wait for hash slots that nobody gives it, ` +
      'so that no client can write: write cluster-enabled no'
  ]
}

/** Whether a hook, a script, another container or a Job may give Redis its hash slots, as far as they show it. */
function mayAssignSlots(
  statefulSet: KubernetesObject,
  { sidecars, scripts }: Pick<RenderedRedis, 'sidecars' | 'scripts'>
): boolean {
  const redis = containerOf(statefulSet, names.redisContainer)
  const words = [...listAt(redis, 'command'), ...listAt(redis, 'args')].map(String).join(' ')
  return (
    sidecars.length > 0 ||
    at(redis, 'lifecycle', 'postStart') !== undefined ||
    /(redis|valkey)-cli/i.test(words) ||
    scripts.some(({ text }) => scriptLines(text).some((line) => /addslots|--cluster\s+create/i.test(line)))
  )
}

function userProblems(settings: RedisSettings): string[] {
  return aclUsers(settings.config.get('user') ?? [])
    .filter((user) => needsNoPassword(user) && mayRunCommands(user))
    .map(
      ({ name }) =>
        `${lineOf(settings, 'user', name)} lets clients in without a password (nopass): write off, or a password ` +
        'as #<its SHA-256>, in the place of nopass'
    )
}

/** User `default` needs no password until something gives it one. */
function passwordProblems(settings: RedisSettings, { statefulSet }: RenderedRedis): string[] {
  const { config, unresolved, missingIncludes } = settings
  const isSetElsewhere =
    missingIncludes.length > 0 ||
    ['requirepass', 'user', 'aclfile'].some((directive) => unresolved.includes(directive)) ||
    config.has('aclfile') ||
    mayGetPassword(containerOf(statefulSet.object, names.redisContainer))
  const isSet =
    (setting(config, 'requirepass') ?? '') !== '' ||
    aclUsers(config.get('user') ?? []).some(({ name }) => name === 'default')
  if (isSetElsewhere || isSet) return []
  const where =
    settings.configMap === undefined
      ? `StatefulSet/${names.statefulSet}: the arguments of container ${names.redisContainer} set`
      : `ConfigMap/${settings.configMap}: redis.conf sets`
  return [
    `${where} no password, so Redis lets everybody in: include a file that is written at start from ` +
      `Secret/${names.credentials}, as manifests/base does`
  ]
}

/** Whether an entrypoint may take a password from a variable, or a hook or the script asks Redis to set one. */
function mayGetPassword(redis: unknown): boolean {
  const words = [...listAt(redis, 'command'), ...listAt(redis, 'args')].map(String)
  const isDirect = /(^|\/)(redis-server|valkey-server|\w*sh)$/.test(String(listAt(redis, 'command')[0]))
  const variables = [...listAt(redis, 'env'), ...listAt(redis, 'envFrom')]
  return (
    at(redis, 'lifecycle', 'postStart') !== undefined ||
    (!isDirect && variables.length > 0) ||
    /requirepass|(redis|valkey)-cli/i.test(words.join(' '))
  )
}
