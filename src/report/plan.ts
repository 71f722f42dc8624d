import type { Plan, PlannedObject } from '../result.ts'
import { code, diffBlock, escaped, folded, table } from './markdown.ts'
import { readableDiff } from './readable-diff.ts'

const words: Record<PlannedObject['action'], string> = {
  create: 'to create',
  change: 'to change',
  dropped: 'no longer rendered',
  unchanged: 'unchanged',
  refused: '❌ refused',
  unknown: '❔ not checked',
  valid: 'valid'
}

/** What a reader must look at first stands first. */
const order = ['refused', 'change', 'create', 'dropped', 'unknown', 'valid', 'unchanged'] as const

/** More rows than anybody reads; the diff of a file has them all. */
const maximumRows = 200

/** A dry run for people: what deserves a second look, the objects, and their diffs as far as they fit. */
export function planParts(plan: Plan, maximumBytes: number): string[] {
  const objects = plan.objects.toSorted(
    (a, b) => order.indexOf(a.action) - order.indexOf(b.action) || (a.id < b.id ? -1 : 1)
  )
  const parts = [dangersPart(plan), objectsPart(objects), unknownPart(plan)]
  const room = maximumBytes - Buffer.byteLength(parts.join('\n\n'))
  return [...parts.slice(0, 2), ...diffParts(objects, room), ...parts.slice(2)]
}

function dangersPart({ dangers }: Plan): string {
  return dangers.map(({ rule, sentence }) => `> ⚠️ ${code(rule)}: ${escaped(sentence)}`).join('\n>\n')
}

function objectsPart(objects: readonly PlannedObject[]): string {
  if (objects.length === 0) return 'Nothing is rendered.'
  const rows = objects
    .slice(0, maximumRows)
    .map(({ id, action, note }) => [code(id), words[action], escaped(note ?? '')])
  const more = objects.length > maximumRows ? `\n\n… and ${objects.length - maximumRows} more` : ''
  return table(['Object', 'Plan', 'Note'], rows) + more
}

/** One fold an object, in order, until the room is used up. */
function diffParts(objects: readonly PlannedObject[], room: number): string[] {
  const changed = objects.filter(({ diff }) => diff !== '')
  const parts: string[] = []
  let left = room
  for (const { id, diff } of changed) {
    const part = folded(id, diffText(diff))
    const bytes = Buffer.byteLength(part) + 2
    if (bytes > left) continue
    left -= bytes
    parts.push(part)
  }
  const missing = changed.length - parts.length
  if (missing > 0) {
    const which = missing === 1 ? '1 diff is' : `${missing} diffs are`
    parts.push(`${which} too long to be shown here; the file of the output ${code('diff')} has all.`)
  }
  return parts
}

function diffText(diff: string): string {
  const shown = readableDiff(diff)
  const isWhole = shown === diff.trimEnd()
  return diffBlock(shown) + (isWhole ? '' : `\n\nThis is a part; the file of the output ${code('diff')} has all.`)
}

function unknownPart({ asked }: Plan): string {
  return asked
    ? 'A dry run cannot know whether images can be pulled, whether a node has room, and whether Redis starts.'
    : 'No cluster was asked: admission, conflicts, rights and what is deployed now are not known.'
}
