import { type Difference, differencesOf } from '../../core/drift/differences.ts'
import { differenceLine } from '../../core/drift/format-difference.ts'
import { removalCommand } from '../../core/drift/removal.ts'
import { Failure } from '../../core/failure.ts'
import { findField, isItem, type Path, pathText } from '../../core/kubernetes/field-path.ts'
import { otherWriterOf } from '../../core/kubernetes/managed-fields.ts'
import { at, type KubernetesObject, listAt, objectId, textAt } from '../../core/kubernetes/object.ts'

/**
 * Names the item that another manager added to a list of ours, where the server refuses what the two make together: it
 * merges the lists by their keys, so that a second port with the name of ours is a duplicate in what was rendered.
 * @param failure the refusal of an apply as invalid, with the error of the API as its cause
 * @param stored the object before the apply
 * @returns the same failure, where no such item is the reason
 */
export function foreignItemFailure(
  failure: Failure,
  stored: KubernetesObject,
  rendered: KubernetesObject,
  namespace: string
): Failure {
  const causes = listAt(failure.cause, 'causes')
  if (causes.length === 0) return failure
  const items = differencesOf(rendered, stored)
    .filter((each) => each.rendered === undefined && isItem(each.path))
    .filter((each) => causes.some((cause) => isRefusedFor(cause, each, rendered)))
    .map((difference) => ({ difference, writer: otherWriterOf(stored, difference.path) }))
    .filter(({ writer }) => writer !== undefined)
  const [first] = items
  if (first === undefined) return failure
  const lines = items.map(({ difference, writer }) => differenceLine(rendered.kind, difference, writer))
  const paths = items.map(({ difference }) => difference.path)
  const command =
    replacement(stored, rendered, namespace, first.difference.path) ?? removalCommand(stored, namespace, paths)
  return new Failure(
    'field-conflict',
    `cannot apply ${objectId(rendered)} in namespace ${namespace}: another client added what is not rendered, and ` +
      `together with that the rendered object is invalid: ${lines.join('; ')}`,
    `remove it${command === undefined ? '' : `: ${command}`}; and stop what added it`,
    [{ title: 'What the API server says', text: failure.message }, ...failure.evidence],
    failure.cause
  )
}

/** Whether the server complains of what an item does to the rendered ones of its list. */
function isRefusedFor(cause: unknown, { path, live }: Difference, rendered: KubernetesObject): boolean {
  const [, list = '', field = ''] = /^(.*)\[\d+\]\.(\w+)$/.exec(textAt(cause, 'field') ?? '') ?? []
  if (list.replaceAll(/\[\d+\]/g, '') !== path.filter((step) => typeof step === 'string').join('.')) return false
  const reason = textAt(cause, 'reason')
  // Of several ports, each needs the name that one alone may lack.
  if (reason === 'FieldValueRequired') return true
  const own = itemsAround(rendered, path)
  return reason === 'FieldValueDuplicate' && own.some((item) => at(item, field) === at(live, field))
}

function itemsAround(object: KubernetesObject, path: Path): unknown[] {
  return listAt(findField(object, pathText(path.slice(0, -1)))?.value)
}

/** A list that must have an item cannot lose its only one: that becomes the rendered one. */
function replacement(
  stored: KubernetesObject,
  rendered: KubernetesObject,
  namespace: string,
  path: Path
): string | undefined {
  const [live, own] = [itemsAround(stored, path), itemsAround(rendered, path)]
  if (live.length !== 1 || own.length === 0 || path.slice(0, -1).some((step) => typeof step !== 'string'))
    return undefined
  const pointer = `/${path.slice(0, -1).join('/')}`
  const patch = JSON.stringify([
    { op: 'test', path: pointer, value: live },
    { op: 'replace', path: pointer, value: own }
  ]).replaceAll("'", String.raw`'\''`)
  return `\`kubectl -n ${namespace} patch ${stored.kind.toLowerCase()} ${stored.metadata.name} --type=json -p '${patch}'\``
}
