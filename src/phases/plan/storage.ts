import { listAt, objectId, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { appendsAtStart } from '../../core/redis/append-only.ts'
import { savePoints } from '../../core/redis/config.ts'
import { knownValue } from '../../core/rendered-cache/known.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import type { Mount } from '../../core/rendered-cache/storage.ts'
import { compareQuantities } from '../../core/units.ts'

const sizePath = ['spec', 'resources', 'requests', 'storage']

/** Claims with a smaller request than before. */
export function shrinkingStorage(before: RenderedCache, after: RenderedCache): string[] {
  const old = claimSizes(before)
  return [...claimSizes(after)].flatMap(([claim, size]) => {
    const stored = old.get(claim)
    if ((compareQuantities(size, stored ?? '') ?? 0) >= 0) return []
    return [`${claim} would shrink from ${stored} to ${size}: a volume can grow but not shrink`]
  })
}

/** Ways in which Redis would no longer keep its data over a restart. */
export function lostPersistence(before: RenderedCache, after: RenderedCache): string[] {
  return [...unwritten(before, after), ...unclaimed(before, after)]
}

/** An append-only file that Redis would read instead of its snapshot, and that does not exist. */
export function startedPersistence(before: RenderedCache, after: RenderedCache): string[] {
  return appends(before) === false && appends(after)
    ? [
        'appendonly would change from no to yes: Redis would start from an append-only file that is missing or old, and ' +
          'lose every key, unless it is enabled at runtime first; a deployment checks the running Redis and refuses'
      ]
    : []
}

function appends({ redis }: RenderedCache): boolean | undefined {
  return redis && appendsAtStart(redis)
}

function unwritten(before: RenderedCache, after: RenderedCache): string[] {
  const isOff = appends(before) && appends(after) === false
  return [
    ...(isOff
      ? ['appendonly would change from yes to no: a restart would lose everything written since the last snapshot']
      : []),
    ...withoutSnapshots(before, after)
  ]
}

function withoutSnapshots(before: RenderedCache, after: RenderedCache): string[] {
  const [old, next] = [before, after].map(({ redis }) => {
    const settings = redis && knownValue(redis.settings)
    return settings?.unresolved.includes('save') === false ? savePoints(settings.config) : undefined
  })
  if (old === undefined || next === undefined || old === '' || next !== '') return []
  return [`the save points ${old} would all go: Redis would no longer write snapshots`]
}

function unclaimed(before: RenderedCache, after: RenderedCache): string[] {
  if (after.redis === undefined) return []
  const mounts = after.redis.storage.mounts
  const isKept = ({ path }: Mount) => mounts.some((mount) => mount.path === path && mount.claim !== undefined)
  const old = before.redis?.storage.mounts.filter(({ claim }) => claim !== undefined) ?? []
  return old
    .filter((mount) => !isKept(mount))
    .map(
      ({ path, claim }) =>
        `${path} of container ${names.redisContainer} would no longer be on the claim ${claim}, but on ` +
        `${mounts.find((mount) => mount.path === path)?.volume ?? 'nothing'}, and what Redis writes there would be lost ` +
        'with the pod'
    )
}

/** The requested sizes by claim: `claim data of StatefulSet/redis`. */
function claimSizes({ documents }: RenderedCache): Map<string, string> {
  const sizes = documents.flatMap(({ object }): [string, string | undefined][] => {
    if (object.kind === 'PersistentVolumeClaim') return [[objectId(object), textAt(object, ...sizePath)]]
    const templates = object.kind === 'StatefulSet' ? listAt(object, 'spec', 'volumeClaimTemplates') : []
    return templates.map((claim) => [
      `the claim ${textAt(claim, 'metadata', 'name')} of ${objectId(object)}`,
      textAt(claim, ...sizePath)
    ])
  })
  return new Map(sizes.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
