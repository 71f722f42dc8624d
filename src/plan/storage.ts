import { at, type KubernetesObject, listAt, objectId, textAt } from '../kubernetes-object.ts'
import { savePoints, setting } from '../redis-config.ts'
import { compareQuantities } from '../units.ts'
import { container, names } from '../workload.ts'
import type { State } from './state.ts'

const sizePath = ['spec', 'resources', 'requests', 'storage']

/** Claims that ask for less than before. */
export function shrinkingStorage(before: State, after: State): string[] {
  const old = claimSizes(before)
  return [...claimSizes(after)].flatMap(([claim, size]) => {
    const stored = old.get(claim)
    if ((compareQuantities(size, stored ?? '') ?? 0) >= 0) return []
    return [`${claim} would shrink from ${stored} to ${size}: a volume can grow, but never shrink`]
  })
}

/** Ways in which Redis would no longer keep its data over a restart. */
export function lostPersistence(before: State, after: State): string[] {
  return [...unwritten(before, after), ...unclaimed(before, after)]
}

function unwritten({ config: before }: State, { config: after }: State): string[] {
  if (before === undefined || after === undefined) return []
  const [old, next] = [before, after].map((config) => ({
    appends: setting(config, 'appendonly')?.toLowerCase() === 'yes',
    points: savePoints(config)
  }))
  return [
    ...(old?.appends && !next?.appends
      ? ['appendonly would change from yes to no: a restart would lose all that was written since the last snapshot']
      : []),
    ...(old?.points !== '' && next?.points === ''
      ? [`the save points ${old?.points} would all go: Redis would no longer write snapshots`]
      : [])
  ]
}

function unclaimed(before: State, after: State): string[] {
  if (after.statefulSet === undefined) return []
  const [old, next] = [claimedPaths(before), claimedPaths(after)]
  return [...old]
    .filter(([path]) => !next.has(path))
    .map(
      ([path, claim]) =>
        `${path} of container ${names.redisContainer} would no longer be on the claim ${claim}, but on ` +
        `${volumeAt(after, path)}, and what Redis writes there would go with the pod`
    )
}

/** The directories of Redis that outlive its pod, each with the name of its claim. */
function claimedPaths({ statefulSet }: State): Map<string, string> {
  if (statefulSet === undefined) return new Map()
  const templates = listAt(statefulSet.object, 'spec', 'volumeClaimTemplates').map((claim) =>
    textAt(claim, 'metadata', 'name')
  )
  const volumes = volumesOf(statefulSet.object).filter((volume) => at(volume, 'persistentVolumeClaim') !== undefined)
  const claims = new Set([...templates, ...volumes.map((volume) => textAt(volume, 'name'))])
  const mounts = listAt(container(statefulSet, names.redisContainer), 'volumeMounts').map(
    (mount) => [textAt(mount, 'mountPath') ?? '', textAt(mount, 'name') ?? ''] as const
  )
  return new Map(mounts.filter(([, name]) => claims.has(name)))
}

/** What kind of volume is mounted somewhere: `emptyDir`. */
function volumeAt({ statefulSet }: State, path: string): string {
  if (statefulSet === undefined) return 'nothing'
  const mounts = listAt(container(statefulSet, names.redisContainer), 'volumeMounts')
  const name = textAt(
    mounts.find((mount) => at(mount, 'mountPath') === path),
    'name'
  )
  const volume = volumesOf(statefulSet.object).find((each) => name !== undefined && at(each, 'name') === name)
  return Object.keys(volume ?? {}).find((key) => key !== 'name') ?? 'nothing'
}

function volumesOf(statefulSet: KubernetesObject): unknown[] {
  return listAt(statefulSet, 'spec', 'template', 'spec', 'volumes')
}

/** What is asked for, by claim: `claim data of StatefulSet/redis`. */
function claimSizes({ objects }: State): Map<string, string> {
  const sizes = objects.flatMap((object): [string, string | undefined][] => {
    if (object.kind === 'PersistentVolumeClaim') return [[objectId(object), textAt(object, ...sizePath)]]
    const templates = object.kind === 'StatefulSet' ? listAt(object, 'spec', 'volumeClaimTemplates') : []
    return templates.map((claim) => [
      `the claim ${textAt(claim, 'metadata', 'name')} of ${objectId(object)}`,
      textAt(claim, ...sizePath)
    ])
  })
  return new Map(sizes.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
