import type { Path, PathStep } from '../kubernetes/field-path.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'

interface Operation {
  op: 'test' | 'remove'
  path: string
  value?: unknown
}

/**
 * The command that removes fields of a stored object, to be pasted into a shell: a JSON patch, because a merge patch
 * cannot remove an item of a list. An item has only its position there, so the patch first tests that it is still the
 * same item, and changes nothing otherwise.
 * @returns undefined if none of the fields is stored
 */
export function removalCommand(
  stored: KubernetesObject,
  namespace: string,
  paths: readonly Path[]
): string | undefined {
  const removals = paths.flatMap((path) => removalOf(stored, path) ?? [])
  if (removals.length === 0) return undefined
  const tests = new Map(removals.flatMap(({ tests }) => tests.map((test) => [test.path, test])))
  // From the end, so that no removal moves an item that is still to be removed.
  const pointers = removals.map(({ pointer }) => pointer).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  const operations: Operation[] = [...tests.values(), ...pointers.map((path): Operation => ({ op: 'remove', path }))]
  const patch = JSON.stringify(operations).replaceAll("'", String.raw`'\''`)
  return `\`kubectl -n ${namespace} patch ${stored.kind.toLowerCase()} ${stored.metadata.name} --type=json -p '${patch}'\``
}

function removalOf(stored: KubernetesObject, path: Path): { pointer: string; tests: Operation[] } | undefined {
  const tests: Operation[] = []
  let pointer = ''
  let here: unknown = stored
  for (const step of path) {
    const key = keyIn(here, step)
    if (key === undefined || at(here, key) === undefined) return undefined
    here = at(here, key)
    pointer += `/${escaped(String(key))}`
    if (typeof step === 'object') tests.push(...testsOf(here, step, pointer))
  }
  return { pointer, tests }
}

function keyIn(value: unknown, step: PathStep): string | number | undefined {
  if (typeof step !== 'object') return step
  if (!Array.isArray(value)) return undefined
  const index = value.findIndex((item) =>
    Object.entries(step).every(([key, wanted]) => String(at(item, ...key.split('.'))) === String(wanted))
  )
  return index < 0 ? undefined : index
}

function testsOf(item: unknown, step: Readonly<Record<string, unknown>>, pointer: string): Operation[] {
  return Object.keys(step).map((key) => {
    const fields = key.split('.')
    return { op: 'test', path: `${pointer}/${fields.map(escaped).join('/')}`, value: at(item, ...fields) }
  })
}

/** A step of a JSON pointer (RFC 6901). */
function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}
