import { isDeepStrictEqual } from 'node:util'
import { at, type KubernetesObject } from '../../core/kubernetes/object.ts'
import { heldBack } from '../../core/kubernetes/workload.ts'
import { checksumMeaning } from '../apply/checksums.ts'

/** Why the controller would replace the pod: what differs in the pod template; empty if it would keep it. */
export function restartReasons(before: KubernetesObject, after: KubernetesObject): string[] {
  return heldBack(after) === undefined ? templateChanges(before, after) : []
}

/** Why redis-0 would not get the pod template that changes, in words; undefined if it would, or if nothing changes. */
export function staleReason(before: KubernetesObject, after: KubernetesObject): string | undefined {
  return templateChanges(before, after).length === 0 ? undefined : heldBack(after)
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
