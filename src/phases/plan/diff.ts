import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { sanitize } from '../../core/sanitize.ts'
import { diffLines, type Line } from './diff-lines.ts'
import { withoutDefaults, withoutIgnoredFields } from './ignored-fields.ts'
import { redactedTreeOf } from './redacted-tree.ts'

/**
 * A unified YAML diff of two states of an object, for people: without server bookkeeping and credentials, and with list
 * items matched by their merge keys. Empty if there is no visible difference; two objects may then still differ in the
 * order of list items.
 * @param before undefined if it does not exist yet
 * @param after undefined if it would be removed
 * @param rendered what was requested; defaults that the server adds to something new are then left out
 */
export function objectDiff(
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
  rendered?: KubernetesObject
): string {
  const subject = after ?? before
  if (subject === undefined) return ''
  const [old, next, asked] = [before, after, rendered].map(
    (object) => object && redactedTreeOf(withoutIgnoredFields(object), object.kind)
  )
  const planned = next && withoutDefaults(next, old, asked)
  // What concerns a Secret concerns each of its keys.
  const context = subject.kind === 'Secret' ? Number.POSITIVE_INFINITY : 3
  return unified(diffLines({ before: old, after: planned }), objectId(subject), context)
}

/** A path is a heading; its keys are in the lines below it. */
const maximumPath = 300

/**
 * A unified diff: changed lines with a number of context lines, below their common path.
 * @param whole used instead of the path where the changes have none in common
 * @returns an empty text if no line is changed
 */
export function unified(lines: readonly Line[], whole: string, context: number): string {
  const all = hunks(lines, context).flatMap((hunk) => [
    `@@ ${shortened(commonPath(hunk) || whole)} @@`,
    ...marked(hunk)
  ])
  return sanitize(all.map(visible).join('\n')).toWellFormed()
}

function hunks(lines: readonly Line[], context: number): Line[][] {
  const found: { from: number; to: number }[] = []
  lines.forEach(({ isChanged }, index) => {
    if (!isChanged) return
    const last = found.at(-1)
    const [from, to] = [Math.max(0, index - context), index + context + 1]
    if (last !== undefined && from <= last.to) last.to = to
    else found.push({ from, to })
  })
  return found.map(({ from, to }) => lines.slice(from, to))
}

function commonPath(hunk: readonly Line[]): string {
  const [first = [], ...others] = hunk.filter(({ isChanged }) => isChanged).map(({ path }) => path)
  const length = others.reduce((common, path) => {
    const differs = first.slice(0, common).findIndex((step, index) => step !== path[index])
    return differs < 0 ? common : differs
  }, first.length)
  const path = first.slice(0, length).map((step) => (step.startsWith('[') ? step : `.${step}`))
  return path.join('').replace(/^\./, '')
}

function shortened(path: string): string {
  return path.length <= maximumPath ? path : `…${path.slice(-maximumPath)}`
}

/** Of adjacent changed lines, first all old ones and then all new ones. */
function marked(hunk: readonly Line[]): string[] {
  const run: { removed: string[]; added: string[] } = { removed: [], added: [] }
  return [...hunk, undefined].flatMap((line) => {
    const { before, after } = line ?? {}
    if (line?.isChanged) {
      if (before !== undefined) run.removed.push(`-${before}`)
      if (after !== undefined) run.added.push(`+${after}`)
      return []
    }
    return [...run.removed.splice(0), ...run.added.splice(0), ...(after === undefined ? [] : [` ${after}`])]
  })
}

/** Characters that are invisible, or that would change the order of visible ones. */
function visible(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (character === '\t') return character
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `\\u{${code.toString(16)}}`
  })
}
