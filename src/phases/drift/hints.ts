import type { Compared, ObjectDrift } from '../../core/drift/format-difference.ts'
import { removalCommand } from '../../core/drift/removal.ts'
import { fieldManager } from '../../core/kubernetes/object.ts'

/** What to do after a drift. */
export function driftHint(drifted: readonly Compared[], namespace: string): string {
  const kubectl = `kubectl -n ${namespace}`
  const idsOf = (objects: readonly Compared[]) => objects.map(({ id }) => id.toLowerCase()).join(' ')
  const having = (is: (each: ObjectDrift) => boolean) => drifted.filter(({ found }) => found.some(is))
  const [ours, others, extra, there] = [having(isOurs), having(isOfOthers), having(isExtra), having(() => true)]
  const isMissingOnly = ours.length + others.length + extra.length === 0
  return [
    isMissingOnly && 'deploy again',
    ours.length > 0 && 'use the manifests and inputs of the last deployment here, or deploy again',
    others.length > 0 && 'deploy again, with `force-conflicts: true` where another client wrote a field',
    extra.length > 0 &&
      `remove the fields that are not in your manifests: ${extra.map((each) => removal(each, namespace)).join(' and ')}`,
    there.length > 0 &&
      `see who wrote each field: \`${kubectl} get ${idsOf(there)} --output=yaml --show-managed-fields\``
  ]
    .filter((part) => part !== false)
    .join('; ')
}

/** The command that removes what is extra in an object; its editor where a patch cannot. */
function removal({ id, live, found }: Compared, namespace: string): string {
  const paths = found.filter(isExtra).map(({ difference }) => difference.path)
  const command = live && removalCommand(live, namespace, paths)
  return command ?? `\`kubectl -n ${namespace} edit ${id.toLowerCase()}\``
}

/** Applied by this action, from other manifests or inputs. */
function isOurs({ writer }: ObjectDrift): boolean {
  return writer?.manager === fieldManager
}

/** Set by somebody beside what was applied. */
function isExtra(each: ObjectDrift): boolean {
  return !isOurs(each) && each.difference.rendered === undefined
}

function isOfOthers(each: ObjectDrift): boolean {
  return !isOurs(each) && !isExtra(each)
}
