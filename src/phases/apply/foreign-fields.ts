import { differencesOf } from '../../core/drift/differences.ts'
import { differenceLine } from '../../core/drift/format-difference.ts'
import { removalCommand } from '../../core/drift/removal.ts'
import { Failure } from '../../core/failure.ts'
import { otherWriterOf } from '../../core/kubernetes/managed-fields.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { listed, mostInSentence } from '../../core/listing.ts'

/**
 * Why an apply would not make the object what is rendered: other managers added fields, which it leaves there. A
 * verification calls the same fields drift. What the server or admission added has no manager and does not count.
 * @param stored the object before the apply
 * @param after what the server would store after it
 * @returns undefined if there are no such fields
 */
export function foreignFieldsFailure(
  rendered: KubernetesObject,
  stored: KubernetesObject,
  after: KubernetesObject,
  namespace: string
): Failure | undefined {
  const added = differencesOf(rendered, after)
    .filter((difference) => difference.rendered === undefined)
    .map((difference) => ({ difference, writer: otherWriterOf(after, difference.path) }))
    .filter(({ writer }) => writer !== undefined)
  if (added.length === 0) return undefined
  const id = objectId(rendered)
  const lines = added.map(({ difference, writer }) => differenceLine(rendered.kind, difference, writer))
  const command = removalCommand(
    stored,
    namespace,
    added.map(({ difference }) => difference.path)
  )
  return new Failure(
    'config-drift',
    `cannot apply ${id} in namespace ${namespace}: another client added what is not rendered, and an apply keeps it: ` +
      listed(lines, '; '),
    `remove it${command === undefined ? '' : `: ${command}`}; or add it to your manifests, if it is wanted`,
    lines.length <= mostInSentence ? [] : [{ title: `Fields of ${id} that others added`, text: lines.join('\n') }]
  )
}
