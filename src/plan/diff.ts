import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { withoutDefaults } from './defaults.ts'
import { unified } from './hunks.ts'
import { linesOf } from './lines.ts'
import { withoutNoise } from './noise.ts'
import { treeOf } from './tree.ts'

/**
 * A unified YAML diff of two states of an object, for people: without what the server counts and keeps, without any
 * credential, list items matched by what tells them apart. An empty text if they differ in nothing that a reader would
 * see; two objects may then still differ in the order of list items.
 * @param before undefined if there is none yet
 * @param after undefined if there would be none any more
 * @param rendered what was asked for; what the server adds to something new is then left out
 */
export function objectDiff(
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
  rendered?: KubernetesObject
): string {
  const subject = after ?? before
  if (subject === undefined) return ''
  const [old, next, asked] = [before, after, rendered].map(
    (object) => object && treeOf(withoutNoise(object), object.kind)
  )
  const planned = next && withoutDefaults(next, old, asked)
  // What is said of a Secret is said of each key.
  const context = subject.kind === 'Secret' ? Number.POSITIVE_INFINITY : 3
  return unified(linesOf({ before: old, after: planned }), objectId(subject), context)
}
