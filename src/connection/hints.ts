import type { FailureCode } from '../failure.ts'
import { names } from '../workload.ts'
import type { View } from './view.ts'

/** What to do about an answer that is not as it should be. */
export function hintFor(code: FailureCode, view: View): string {
  return view.topology === 'managed' ? forManaged(code) : forSelfHosted(code, view.namespace)
}

function forManaged(code: FailureCode): string {
  switch (code) {
    case 'redis-auth':
      return (
        'store the token of the replication group in the AWS secret (or the password of the user that url names, who ' +
        'needs the right +@connection +info +ping), or give the group that token: `aws elasticache modify-replication-group ' +
        '--apply-immediately --auth-token-update-strategy ROTATE --replication-group-id GROUP --auth-token TOKEN`'
      )
    case 'redis-open':
      return (
        'give the replication group a token: `aws elasticache modify-replication-group --apply-immediately ' +
        '--auth-token-update-strategy SET --replication-group-id GROUP --auth-token TOKEN`'
      )
    case 'secret-field':
      return (
        'store the primary endpoint, not the reader endpoint, as host and in url: `aws elasticache ' +
        "describe-replication-groups --query 'ReplicationGroups[].NodeGroups[].PrimaryEndpoint'`"
      )
    case 'config-drift':
      return (
        'set it in the parameter group of the cache: `aws elasticache modify-cache-parameter-group ' +
        '--cache-parameter-group-name GROUP --parameter-name-values ' +
        'ParameterName=maxmemory-policy,ParameterValue=allkeys-lru`; or set the input maxmemory-policy'
      )
    case 'memory-over-threshold':
      return 'give the cache nodes of a larger type, or raise memory-threshold'
    case 'redis-loading':
      return 'run again when it has loaded its data'
    default:
      return 'see the state of the cache: `aws elasticache describe-events --duration 60`'
  }
}

function forSelfHosted(code: FailureCode, namespace: string): string {
  const kubectl = `kubectl -n ${namespace}`
  switch (code) {
    case 'redis-auth':
      return `restart the pod, so that it reads the Secret again: \`${kubectl} delete pod ${names.pod}\``
    case 'redis-open':
      return 'give Redis a password: redis.conf must include the file that is made from the Secret (manifests/base)'
    case 'secret-field':
      return `let the Service lead to the master: \`${kubectl} get service ${names.statefulSet} --output=yaml\``
    default:
      return `see what Redis says: \`${kubectl} logs ${names.pod} -c ${names.redisContainer}\``
  }
}
