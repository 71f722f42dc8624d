import type { AcceptableDanger } from '../../core/data-dangers.ts'
import { volumeName } from '../../core/kubernetes/claims.ts'
import { type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { containerOf, names } from '../../core/kubernetes/workload.ts'
import { passwordFolder, redisCli } from '../../core/redis/cli-command.ts'
import { finished } from '../../core/redis/data-state.ts'
import { isAtOrBelow } from '../../core/rendered-cache/mounted-files.ts'

/** Where a command is typed. */
export interface RedisTarget {
  namespace: string
  /** The stored StatefulSet, or the rendered one if none is stored. */
  statefulSet: KubernetesObject
  isStored: boolean
}

/** redis-cli in redis-0, as it can be typed. */
function cli({ namespace, statefulSet }: RedisTarget, command: string): string {
  const redis = containerOf(statefulSet, names.redisContainer)
  const isMounted = listAt(redis, 'volumeMounts').some((mount) =>
    isAtOrBelow(textAt(mount, 'mountPath') ?? '', passwordFolder)
  )
  return redisCli({ namespace, isMounted }, command)
}

const untilFinished = `${Object.entries(finished)
  .map(([name, value]) => `${name}:${value}`)
  .join(', ')} and aof_base_size (before Redis 7: aof_current_size) above 0`

/** How to switch the append-only file on while Redis runs. */
export function switchOnHint(target: RedisTarget): string {
  const info = `\`${cli(target, 'INFO persistence')}\``
  return (
    `enable it while Redis runs. When ${info} says rdb_bgsave_in_progress:0, type ` +
    `\`${cli(target, 'CONFIG SET appendonly yes')}\`. When the first command says ${untilFinished}, run again`
  )
}

/** What to wait for after that. */
export function waitHint(target: RedisTarget): string {
  return `wait until \`${cli(target, 'INFO persistence')}\` says ${untilFinished}, and run again`
}

/** How to get there where the running Redis cannot be queried. */
export function startFirstHint(target: RedisTarget): string {
  return `let this run query Redis: deploy with appendonly no until ${names.pod} is Ready. Then ${switchOnHint(target)}`
}

/** How the volume of a claim that is being deleted gets another claim of the same name. */
export function keepVolumeHint({ namespace, statefulSet, isStored }: RedisTarget, claim: KubernetesObject): string {
  const { name } = claim.metadata
  const volume = volumeName(claim)
  const kubectl = `kubectl -n ${namespace}`
  if (volume === undefined) return `wait until it is gone, and run again: \`${kubectl} get pvc ${name}\``
  const isMade = listAt(statefulSet, 'spec', 'volumeClaimTemplates').some(
    (template) => `${textAt(template, 'metadata', 'name')}-${names.pod}` === name
  )
  const scale = (replicas: number) => `\`${kubectl} scale statefulset/${names.statefulSet} --replicas=${replicas}\``
  const again = isMade ? [] : [`recreate the claim ${name} from its manifest`]
  const steps = [
    `\`kubectl patch pv ${volume} --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'\``,
    // Without its StatefulSet, the remaining pod only comes back with the next run.
    isStored ? scale(0) : `\`${kubectl} delete pod ${names.pod} --ignore-not-found\``,
    `\`${kubectl} wait --for=delete pvc/${name} --timeout=5m\``,
    `\`kubectl patch pv ${volume} --patch '{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}'\``,
    ...again,
    ...(isStored ? [scale(1)] : [])
  ]
  return (
    'keep the volume and give it a new claim, as an administrator of the cluster, in this order: ' +
    `${steps.join(', ')}. Then run again`
  )
}

/** How to save what only the memory of Redis holds. */
export function copyHint(target: RedisTarget): string {
  return (
    `copy the keys before anything restarts ${names.pod}: \`${cli(target, '--rdb -')} > redis.rdb\`. ` +
    '"Restore a copy" in docs/data-safety.md explains how to load them into a new one'
  )
}

/** What to do about a Redis that is in the middle of something. */
export function restHint(target: RedisTarget): string {
  return (
    `wait until \`${cli(target, 'INFO persistence')}\` says loading:0, rdb_bgsave_in_progress:0 and ` +
    'aof_rewrite_in_progress:0, and run again'
  )
}

/** How to save a snapshot by hand. */
export function saveHint(target: RedisTarget): string {
  return (
    `save a snapshot: \`${cli(target, 'BGSAVE')}\`. When \`${cli(target, 'INFO persistence')}\` says ` +
    'rdb_bgsave_in_progress:0 and rdb_last_bgsave_status:ok, run again'
  )
}

/** What to do about data that would stay behind in another place. */
export function moveHint(target: RedisTarget, danger: AcceptableDanger): string {
  return (
    `leave it where it is, or move the data as "Move to another claim" in docs/data-safety.md says; where it may be ` +
    `lost, set \`accept-data-loss: ${danger}\`. A copy of it: \`${cli(target, '--rdb -')} > redis.rdb\``
  )
}
