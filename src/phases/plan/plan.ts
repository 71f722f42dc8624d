import type { Failure } from '../../core/failure.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Plan, PlannedObject } from '../../core/result.ts'
import { type AcceptedObject, triedNote } from '../apply/apply-object.ts'
import { changeOf } from '../apply/content.ts'
import { dangersOf } from './dangers.ts'
import { objectDiff } from './diff.ts'
import { restartReasons, staleReason } from './predicted-restart.ts'

/** The server's response to a dry run of an apply. */
export interface Tried {
  wanted: KubernetesObject
  before: KubernetesObject | undefined
  after: KubernetesObject
  change: 'created' | 'configured' | 'unchanged'
  note: string | undefined
}

/** An object that the server refused, or that could not be requested. */
export interface PlannedRefusal {
  object: KubernetesObject
  /** The stored object, if known. */
  before: KubernetesObject | undefined
  failure: Failure
  /** Why that is inconclusive for a deployment: what is missing now; undefined if it would also be refused then. */
  unknown: string | undefined
}

/** A dry run in the terms of a plan. */
export function triedOf(accepted: AcceptedObject): Tried {
  const { document, before, applied } = accepted
  const after = applied.object
  return { wanted: document.object, before, after, change: changeOf(before, after), note: triedNote(accepted) }
}

const actions = { created: 'create', configured: 'change', unchanged: 'unchanged' } as const

/** The effect of a deployment, from the server's responses to a dry run of it. */
export function planOf(tried: readonly Tried[], refused: readonly PlannedRefusal[]): Plan {
  const before = [...tried, ...refused].flatMap((each) => each.before ?? [])
  const statefulSet = tried.find(isRedis)
  // A Secret that is kept may still be refused for its content.
  const bad = new Set(refused.map(({ object }) => objectId(object)))
  const good = tried.filter(({ wanted }) => !bad.has(objectId(wanted)))
  const objects = [...good.map(planned), ...refused.map(unplanned)]
  const restart = statefulSet?.before === undefined ? [] : restartReasons(statefulSet.before, statefulSet.after)
  // An impossible change, such as shrinking a claim, is a danger as well.
  const after = [
    ...tried.map((each) => each.after),
    ...refused.filter((each) => each.before).map(({ object }) => object)
  ]
  return { asked: true, sentence: planSentence(objects, restart), objects, restart, dangers: dangersOf(before, after) }
}

/** The plan in one line: what would happen, and whether the cache would be unavailable for a moment. */
export function planSentence(objects: readonly PlannedObject[], restart: readonly string[]): string {
  const count = (action: PlannedObject['action']) => objects.filter((object) => object.action === action).length
  const counts = [
    { count: count('create'), words: 'to create' },
    { count: count('change'), words: 'to change' },
    { count: count('dropped'), words: 'no longer rendered' },
    { count: count('refused'), words: 'refused' },
    { count: count('unknown'), words: 'not checked' }
  ].filter((each) => each.count > 0)
  const changes =
    counts.length === 0 ? 'nothing to change' : counts.map((each) => `${each.count} ${each.words}`).join(', ')
  return restart.length === 0 ? changes : `${changes}, ${names.pod} would restart (${restart.join(', ')})`
}

function isRedis({ wanted }: Tried): boolean {
  return objectId(wanted) === `StatefulSet/${names.statefulSet}`
}

function planned(each: Tried): PlannedObject {
  const { wanted, before, after, change } = each
  const diff = change === 'unchanged' ? '' : objectDiff(before, after, wanted)
  const order = change === 'configured' && diff === '' && each.note === undefined ? 'only the order changes' : undefined
  const notes = [each.note, order, isRedis(each) ? staleNote(each) : undefined]
  const note = notes.filter((text) => text !== undefined).join('; ')
  return { id: objectId(wanted), action: actions[change], diff, ...(note !== '' && { note }) }
}

function staleNote({ before, after }: Tried): string | undefined {
  const reason = before && staleReason(before, after)
  if (reason === undefined) return undefined
  return `${names.pod} would not be replaced because of ${reason}: a deployment would fail with stuck-revision`
}

function unplanned({ object, failure, unknown }: PlannedRefusal): PlannedObject {
  return {
    id: objectId(object),
    action: unknown === undefined ? 'refused' : 'unknown',
    note: unknown ?? failure.message,
    diff: ''
  }
}
