import { listAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { savePoints, setting } from '../../core/redis/config.ts'
import { certainSettings, type RedisSettings } from '../../core/rendered-cache/redis-settings.ts'
import type { RenderedRedis } from '../../core/rendered-cache/rendered-cache.ts'
import { type Mount, outlivesPod } from '../../core/rendered-cache/storage.ts'

/** Data that Redis is told to keep, and that would be lost with its pod. */
export function storageProblems(redis: RenderedRedis): string[] {
  const settings = certainSettings(redis.settings)
  const { dataDirectory } = redis.storage
  if (settings === undefined || !dataDirectory.known || outlivesPod(redis.storage)) return []
  const kept = persistenceIn(settings, redis)
  if (kept === undefined) return []
  const { path, mount } = dataDirectory.value
  const lasting = redis.storage.mounts.find(({ claim }) => claim !== undefined)
  const where = mount === undefined ? 'in the file system of the container' : `on ${volumeText(mount)}`
  const advice =
    lasting === undefined
      ? `mount a volumeClaimTemplate at ${path}, or write appendonly no and save "" if nothing is to be kept`
      : `write dir ${lasting.path}, where the claim ${lasting.claim} is mounted`
  return [
    `StatefulSet/${names.statefulSet}: Redis is to keep data (${kept}), and its dir ${path} is ${where}, ` +
      `which is lost with the pod: ${advice}`
  ]
}

/** What a reader should know of a Redis that is right and keeps nothing; undefined if it keeps its data. */
export function storageNote(redis: RenderedRedis): string | undefined {
  const settings = certainSettings(redis.settings)
  const writes =
    settings === undefined ||
    settings.unresolved.some((directive) => directive === 'appendonly' || directive === 'save') ||
    isOn(settings, 'appendonly') ||
    savePoints(settings.config) !== ''
  if (writes && outlivesPod(redis.storage)) return undefined
  const why = writes
    ? 'Redis writes to no volume that outlives its pod'
    : 'redis.conf has neither an append-only file nor save points'
  return `The cache is not persistent: ${why}, so every restart of ${names.pod} empties it.`
}

/** What is written down of a wish to keep data. The save points that Redis has built in count where a claim is rendered. */
function persistenceIn(settings: RedisSettings, { statefulSet }: RenderedRedis): string | undefined {
  if (isOn(settings, 'appendonly')) return 'appendonly yes'
  if (settings.unresolved.includes('save')) return undefined
  const points = savePoints(settings.config)
  if (points === '') return undefined
  if (settings.config.has('save')) return `save ${points}`
  const hasClaim = listAt(statefulSet.object, 'spec', 'volumeClaimTemplates').length > 0
  return hasClaim ? 'the save points of Redis itself' : undefined
}

function isOn({ config }: RedisSettings, directive: string): boolean {
  return setting(config, directive)?.toLowerCase() === 'yes'
}

/** `an emptyDir`, `a configMap` */
function volumeText({ volume }: Mount): string {
  return volume === 'nothing' ? 'a volume that is not defined' : `${/^[aeiou]/i.test(volume) ? 'an' : 'a'} ${volume}`
}
