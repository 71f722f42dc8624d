import { isDeepStrictEqual } from 'node:util'
import { at, type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { heldBack } from '../../core/kubernetes/update-strategy.ts'
import { checksumMeaning } from '../apply/restart-checksums.ts'

/** Why the controller would replace the pod: the differences in the pod template; empty if it would keep it. */
export function restartReasons(before: KubernetesObject, after: KubernetesObject): string[] {
  return heldBack(after) === undefined ? templateChanges(before, after) : []
}

/** Why redis-0 would not get the changed pod template, in words; undefined if it would, or if nothing changes. */
export function staleReason(before: KubernetesObject, after: KubernetesObject): string | undefined {
  return templateChanges(before, after).length === 0 ? undefined : heldBack(after)
}

/**
 * Why redis-0 would restart: by the controller now, by a later deletion of the pod that it keeps, or because a template
 * stored earlier has not reached the pod yet.
 */
export function pendingRestart(before: KubernetesObject, after: KubernetesObject): string[] {
  const stale = staleReason(before, after)
  const reasons = stale === undefined ? restartReasons(before, after) : [stale]
  // Under OnDelete the controller never updates the current revision; without it, the pod is replaced.
  if (reasons.length > 0 || heldBack(after) !== undefined) return reasons
  const [current, update] = ['currentRevision', 'updateRevision'].map((name) => textAt(before, 'status', name))
  return current === update ? [] : [`revision ${update} is stored and not running yet`]
}

function templateChanges(before: KubernetesObject, after: KubernetesObject): string[] {
  const [old, planned] = [before, after].map((object) => at(object, 'spec', 'template'))
  const changed = Object.keys(checksumMeaning).filter((name) => mark(old, name) !== mark(planned, name))
  const rest = isDeepStrictEqual(withoutMarks(old), withoutMarks(planned)) ? [] : ['pod template']
  return [...changed.map((name) => checksumMeaning[name] ?? name), ...rest]
}

function mark(template: unknown, name: string): unknown {
  return at(template, 'metadata', 'annotations', name)
}

function withoutMarks(template: unknown): unknown {
  const annotations = Object.entries(at(template, 'metadata', 'annotations') ?? {})
  const others = Object.fromEntries(annotations.filter(([name]) => !Object.hasOwn(checksumMeaning, name)))
  const metadata = { ...Object(at(template, 'metadata')), annotations: others }
  return { ...Object(template), metadata }
}
