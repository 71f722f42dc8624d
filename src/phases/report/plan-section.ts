import type { Plan, PlannedObject } from '../../core/result.ts'
import { code, diffBlock, escaped, folded, table } from './markdown.ts'

const words: Record<PlannedObject['action'], string> = {
  create: 'to create',
  change: 'to change',
  dropped: 'no longer rendered',
  unchanged: 'unchanged',
  refused: '❌ refused',
  unknown: '❔ not checked',
  valid: 'valid'
}

/** The objects that need attention come first. */
const order = ['refused', 'change', 'create', 'dropped', 'unknown', 'valid', 'unchanged'] as const

/** More rows than anyone reads; the diff file has all of them. */
const maximumRows = 200

/** The parts of a plan for people, each empty if there is nothing to say. */
export interface PlanParts {
  dangers: string
  /** The table of the objects. */
  objects: string
  /** Their diffs as far as they fit, one fold each. */
  diffs: string[]
  /** What a plan cannot tell. */
  unknown: string
}

/** @param maximumBytes of all parts together */
export function planParts(plan: Plan, maximumBytes: number): PlanParts {
  const sorted = plan.objects.toSorted(
    (a, b) => order.indexOf(a.action) - order.indexOf(b.action) || (a.id < b.id ? -1 : 1)
  )
  const [dangers, objects, unknown] = [dangersPart(plan), objectsPart(sorted), unknownPart(plan)]
  const room = maximumBytes - Buffer.byteLength([dangers, objects, unknown].join('\n\n'))
  return { dangers, objects, diffs: diffParts(sorted, room), unknown }
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

/** One fold for each object, in order, until the space is used up. */
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
    ? 'A dry run cannot tell whether images can be pulled, a node has room, and Redis starts.'
    : 'No cluster was contacted: admission, conflicts, rights and what is deployed now are unknown.'
}

const limits = { lines: 2_000, bytes: 200_000, lineLength: 1_000 }

/** The readable part of a unified diff: its first lines, and of a very long line the changed part. */
export function readableDiff(diff: string): string {
  const lines = diff.trimEnd().split('\n')
  const others = counterparts(lines)
  const cut = lines.map((line, index) => cutLine(line, lines[others.get(index) ?? index] ?? line))
  return limited(cut).join('\n').toWellFormed()
}

/** For each removed line the index of the line that replaced it, and vice versa. */
function counterparts(lines: readonly string[]): Map<number, number> {
  const found = new Map<number, number>()
  for (let start = 0; start < lines.length; ) {
    const removed = runLength(lines, start, '-')
    const added = runLength(lines, start + removed, '+')
    for (let index = start; index < start + Math.min(removed, added); index++) {
      found.set(index, index + removed).set(index + removed, index)
    }
    start += Math.max(1, removed + added)
  }
  return found
}

function runLength(lines: readonly string[], start: number, sign: string): number {
  let end = start
  while (lines[end]?.startsWith(sign)) end++
  return end - start
}

/** The sign and the text of a line; if it is too long, cut to where it begins to differ from the other one. */
function cutLine(line: string, other: string): string {
  const [sign, text, next] = [line.slice(0, 1), line.slice(1), other.slice(1)]
  if (text.length <= limits.lineLength) return line
  let same = 0
  while (same < text.length && text[same] === next[same]) same++
  const from = line === other ? 0 : Math.max(0, same - limits.lineLength / 4)
  const [start, rest] = from < limits.lineLength / 4 ? ['', text] : [`${text.slice(0, 100)} … `, text.slice(from)]
  return `${sign}${start}${rest.slice(0, limits.lineLength / 2)}${rest.length > limits.lineLength / 2 ? ' …' : ''}`
}

function limited(lines: readonly string[]): readonly string[] {
  let bytes = 0
  const end = lines.findIndex((line, index) => {
    bytes += Buffer.byteLength(line) + 1
    return index >= limits.lines || bytes > limits.bytes
  })
  return end < 0 ? lines : [...lines.slice(0, end), `… ${lines.length - end} more lines`]
}
