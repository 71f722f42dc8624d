import { endpointForm } from '../../core/aws-endpoint.ts'
import type { FailureCode } from '../../core/failure.ts'
import { names, ports, watchLoading } from '../../core/kubernetes/workload.ts'
import { redisCli } from '../../core/redis/cli-command.ts'
import type { ProbeContext } from './probe-context.ts'
import type { WriteProblem } from './write.ts'

/** What to do after a failed probe. */
export function selfHostedHint(code: FailureCode, namespace: string): string {
  const kubectl = `kubectl -n ${namespace}`
  const restart = `\`${kubectl} delete pod ${names.pod}\``
  switch (code) {
    case 'redis-open':
      return (
        `if that was set live, restart the pod, which reloads the rendered users: ${restart}; ` +
        'else give Redis a password: redis.conf must include the file generated from the Secret (see manifests/base)'
      )
    case 'redis-auth':
      return `restart the pod to reload the Secret: ${restart}`
    case 'redis-loading':
      return `${watchLoading(namespace)}; then raise timeout`
    case 'memory-over-threshold':
      return 'raise memory-limit, and maxmemory up to half of it; or raise memory-threshold'
    case 'config-drift':
      return `restart the pod to reload redis.conf: ${restart}; if the difference stays, correct redis.conf`
    case 'persistence-failing':
      return `check whether the volume is full: \`${kubectl} exec ${names.pod} -c ${names.redisContainer} -- df -h /data\``
    case 'metrics-missing':
      return `read the exporter log: \`${kubectl} logs ${names.pod} -c ${names.exporterContainer}\``
    default:
      return readLogHint(namespace)
  }
}

/** Where `url` names a user of its own. */
export function wrongUserHint(namespace: string): string {
  return (
    'add that user to redis.conf with the password of the Secret, or correct key url; if it was changed live or the Secret ' +
    `was changed, restart the pod: \`kubectl -n ${namespace} delete pod ${names.pod}\``
  )
}

/** Where nothing better is known. */
export function readLogHint(namespace: string): string {
  return `read the Redis log: \`kubectl -n ${namespace} logs ${names.pod} -c ${names.redisContainer}\``
}

/** The same if the API server is reachable and opens no port-forward. */
export function portForwardHint(namespace: string): string {
  return `check that kubectl can open a port-forward: \`kubectl -n ${namespace} port-forward ${names.pod} ${ports.redis}\``
}

/** What to do about an incorrect reply. */
export function managedHint(code: FailureCode, context: ProbeContext): string {
  if (context.topology === 'self-hosted') return forSelfHosted(code, context.namespace)
  const { form } = endpointForm(context.address.host)
  if (form === 'serverless') return forServerless(code)
  // That endpoint leads to a replica only if the whole group is a secondary.
  const isPrimary = form === 'primary' || form === 'primary-tls'
  return code === 'secret-field' && isPrimary ? againstSecondary : forManaged(code)
}

/** A command that lists the endpoints of all caches of the same type. */
export function endpointsBeside(host: string): string {
  return endpointForm(host).form === 'serverless'
    ? "`aws elasticache describe-serverless-caches --query 'ServerlessCaches[].Endpoint'`"
    : "`aws elasticache describe-replication-groups --query 'ReplicationGroups[].NodeGroups[].PrimaryEndpoint'`"
}

const againstSecondary =
  'run again after the failover; if the replication group is the secondary of a Global Datastore, store the ' +
  'primary endpoint of its primary region: `aws elasticache describe-replication-groups --query ' +
  "'ReplicationGroups[].[ReplicationGroupId,GlobalReplicationGroupInfo]'`"

/** A serverless cache has user groups, but neither nodes nor parameter groups. */
function forServerless(code: FailureCode): string {
  switch (code) {
    case 'redis-auth':
      return (
        'store the password of the user named in url in the AWS secret; the user needs +@connection +info ' +
        '+ping +set +get: `aws elasticache describe-users`'
      )
    case 'redis-open':
      return (
        'assign the cache a user group whose user default has a password: `aws elasticache modify-serverless-cache ' +
        '--serverless-cache-name CACHE --user-group-id GROUP`'
      )
    default:
      return 'check the state of the cache: `aws elasticache describe-serverless-caches`'
  }
}

function forManaged(code: FailureCode): string {
  switch (code) {
    case 'redis-auth':
      return (
        'store the token of the replication group in the AWS secret (or the password of the user named in url, which ' +
        'needs +@connection +info +ping +set +get), or set that token on the group: `aws elasticache modify-replication-group ' +
        '--apply-immediately --auth-token-update-strategy ROTATE --replication-group-id GROUP --auth-token TOKEN`'
      )
    case 'redis-open':
      return (
        'give the replication group a token: `aws elasticache modify-replication-group --apply-immediately ' +
        '--auth-token-update-strategy SET --replication-group-id GROUP --auth-token TOKEN`'
      )
    case 'secret-field':
      return (
        'store the primary endpoint, not the reader endpoint, in host and url: `aws elasticache ' +
        "describe-replication-groups --query 'ReplicationGroups[].NodeGroups[].PrimaryEndpoint'`"
      )
    case 'config-drift':
      return (
        'set it in the parameter group of the cache: `aws elasticache modify-cache-parameter-group ' +
        '--cache-parameter-group-name GROUP --parameter-name-values ' +
        'ParameterName=maxmemory-policy,ParameterValue=allkeys-lru`; or set the input maxmemory-policy'
      )
    case 'memory-over-threshold':
      return 'use a larger node type, or raise memory-threshold'
    case 'redis-loading':
      return 'run again when it has finished loading'
    default:
      return 'check the state of the cache: `aws elasticache describe-events --duration 60`'
  }
}

function forSelfHosted(code: FailureCode, namespace: string): string {
  const kubectl = `kubectl -n ${namespace}`
  switch (code) {
    case 'redis-auth':
      return selfHostedHint(code, namespace)
    case 'redis-open':
      return 'give Redis a password: redis.conf must include the file generated from the Secret (see manifests/base)'
    case 'redis-readonly':
      return writeHint('replica', namespace)
    case 'secret-field':
      return `make the Service select the master: \`${kubectl} get service ${names.statefulSet} --output=yaml\``
    default:
      return readLogHint(namespace)
  }
}

/** A command of redis-cli in redis-0, in backticks; wherever the manifests mount the password, the Secret has it. */
export function redisCliCommand(namespace: string, username: string | undefined, command: string): string {
  return `\`${redisCli({ namespace, username: username && shellName(username) }, command)}\``
}

/**
 * What to do about users who get in. To delete one leaves Redis running; a restart is needed where a rendered user was
 * changed.
 * @param strangers users that are not rendered
 */
export function usersHint(namespace: string, strangers: readonly string[], username?: string): string {
  if (strangers.length === 0) return selfHostedHint('redis-open', namespace)
  const command = redisCliCommand(namespace, username, `ACL DELUSER ${strangers.map(shellName).join(' ')}`)
  return `remove who does not belong there: ${command}; if a start script or redis.conf adds it, remove it there, too`
}

/** A user of an application hardly gives itself rights, as user default can. */
function reload(namespace: string): string {
  return `deploy again, which restarts the pod; where the manifests are right: \`kubectl -n ${namespace} delete pod ${names.pod}\``
}

/** What to do about users who may do less than is rendered. */
export function rightsHint(namespace: string): string {
  return (
    `restart the pod, which reloads the rendered users: \`kubectl -n ${namespace} delete pod ${names.pod}\`; ` +
    'if the difference stays, correct the users in redis.conf'
  )
}

/** What to type where no client can write to the Redis of a pod. */
export function writeHint(problem: WriteProblem, namespace: string, username?: string): string {
  const cli = (command: string) => redisCliCommand(namespace, username, command)
  const user = shellName(username ?? 'default')
  const isNamed = user !== 'default'
  switch (problem) {
    case 'replica':
      return `make it a master: ${cli('REPLICAOF NO ONE')}, and remove replicaof from redis.conf if it is there`
    case 'replicas':
      return `demand none: ${cli('CONFIG SET min-replicas-to-write 0')}, and correct redis.conf`
    case 'command':
      return isNamed
        ? `give user ${user} the commands in its rule in redis.conf (\`+@read +@write\`), and ${reload(namespace)}`
        : `give the user the right: ${cli(`ACL SETUSER ${user} +@read +@write`)}, and correct its rule in redis.conf`
    case 'key':
      return isNamed
        ? `give user ${user} its keys in its rule in redis.conf (\`~*\`), and ${reload(namespace)}`
        : `give the user keys: ${cli(`ACL SETUSER ${user} "~*"`)}, and correct its rule in redis.conf`
    case 'cluster':
      return `set cluster-enabled no in redis.conf, or give it all slots: ${cli('CLUSTER ADDSLOTSRANGE 0 16383')}`
    case 'renamed':
      return 'remove rename-command of SET, GET and DEL from redis.conf: clients need them'
    case 'script':
      return `end the script: ${cli('SCRIPT KILL')}`
    case 'paused':
      return `end the pause: ${cli('CLIENT UNPAUSE')}`
    case 'persistence':
      return selfHostedHint('persistence-failing', namespace)
    case 'memory':
      return 'raise memory-limit, and maxmemory up to half of it; or let Redis evict keys: maxmemory-policy allkeys-lru'
    case 'loading':
      return watchLoading(namespace)
    case 'database':
      return `correct the number at the end of url, or raise databases in redis.conf: ${cli('CONFIG GET databases')}`
    default:
      return readLogHint(namespace)
  }
}

/** A name that can be typed as it is. */
function shellName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : 'USER'
}

/** What to do where no client can write to a managed cache. */
export function managedWriteHint(problem: WriteProblem): string {
  switch (problem) {
    case 'command':
    case 'key':
      return 'give the user of url its commands and keys: `aws elasticache modify-user --user-id USER --access-string "on ~* +@all"`'
    case 'memory':
      return 'use a larger node type, or let the cache evict keys: maxmemory-policy allkeys-lru'
    case 'database':
      return 'correct the number at the end of url in the AWS secret'
    case 'replica':
      return (
        'store the primary endpoint, not the reader endpoint, in host and url: `aws elasticache ' +
        "describe-replication-groups --query 'ReplicationGroups[].NodeGroups[].PrimaryEndpoint'`"
      )
    default:
      return 'check the state of the cache: `aws elasticache describe-events --duration 60`'
  }
}
