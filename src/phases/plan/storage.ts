import { listAt, objectId, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { appendsAtStart } from '../../core/redis/append-only.ts'
import { savePoints } from '../../core/redis/config.ts'
import { canRead, engineTitle } from '../../core/redis/engine.ts'
import { dataSetup } from '../../core/rendered-cache/data-setup.ts'
import { knownValue } from '../../core/rendered-cache/known.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import type { Mount } from '../../core/rendered-cache/storage.ts'
import { compareQuantities, formatBytes } from '../../core/units.ts'

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
          'lose every key; a deployment switches it on in the running Redis first, and is refused where it cannot'
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
      ? [
          'appendonly would change from yes to no: Redis would start from its last snapshot; a deployment saves one first'
        ]
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

/** Data that the new Redis would not look for where it is; a change of the volume is part of `lostPersistence`. */
export function movedFiles(before: RenderedCache, after: RenderedCache): string[] {
  if (before.redis === undefined || after.redis === undefined) return []
  const [old, next] = [dataSetup(before.redis), dataSetup(after.redis)]
  const names: Record<string, string> = { ...next.fileNames, ...(next.place && { dir: next.place.folder }) }
  const known: Record<string, string> = { ...old.fileNames, ...(old.place && { dir: old.place.folder }) }
  const isSameVolume = old.place?.volume === next.place?.volume
  return Object.entries(names).flatMap(([directive, name]) => {
    const stored = known[directive]
    if (stored === undefined || stored === name || !isSameVolume) return []
    return [`${directive} would change from ${stored} to ${name}: Redis would not find the files that it has written`]
  })
}

/** Less memory for keys. */
export function smallerMemory(before: RenderedCache, after: RenderedCache): string[] {
  if (before.redis === undefined || after.redis === undefined) return []
  const [old, next] = [dataSetup(before.redis).maxmemory, dataSetup(after.redis).maxmemory]
  if (!next || old === undefined || (old !== 0 && next >= old)) return []
  const from = old === 0 ? 'no limit' : formatBytes(old)
  return [
    `maxmemory would change from ${from} to ${formatBytes(next)}: a deployment is refused if Redis uses more than that`
  ]
}

/** An image whose Redis cannot read what the one before has written. */
export function olderEngine(before: RenderedCache, after: RenderedCache): string[] {
  if (before.redis === undefined || after.redis === undefined) return []
  const [writer, reader] = [dataSetup(before.redis).engine, dataSetup(after.redis).engine]
  if (writer === undefined || reader === undefined || canRead(reader, writer) !== false) return []
  return [`${engineTitle(reader)} cannot read the files that ${engineTitle(writer)} writes: it would not start`]
}
