import { isCredentialEntry, isCredentialVariable } from './credential-names.ts'
import { type MaskedLine, masked } from './masked.ts'

/** A key with its value, as YAML and JSON write it. */
interface Entry {
  key: string
  value: string
  /** Where the key begins; the dashes of list items stand before it. */
  column: number
  isItem: boolean
}

/** A key that says that what stands below it is a credential. */
interface Heading {
  column: number
  /** All that is indented deeper belongs to it, whatever it looks like. */
  isBlock: boolean
  /** The items of its list may stand in its own column. */
  isEmpty: boolean
}

/**
 * The lines of a text, each masked, also where only a line above says that it is a credential: a block, a list, or the
 * value of a variable whose name stands one line higher. They are as many as before.
 */
export function maskedLines(lines: readonly string[]): MaskedLine[] {
  let heading: Heading | undefined
  /** The column of a `name: DB_PASSWORD` whose `value:` may follow. */
  let named: number | undefined
  return lines.map((line) => {
    const entry = entryIn(line)
    if (heading !== undefined && line.trim() !== '') {
      if (!isBelow(heading, line, entry)) heading = undefined
      else if (heading.isBlock || !isPunctuation(line)) return hiddenFrom(line, line.search(/\S/))
    }
    if (entry === undefined) return masked(line)
    const { key, value, column, isItem } = entry
    const isNamed = column === named && !isItem && key === 'value'
    if (isNamed || isCredentialEntry(key)) heading = { column, isBlock: isBlockMark(value), isEmpty: value === '' }
    if (isItem || column < (named ?? 0) || isName(key)) named = announces(entry) ? column : undefined
    return isNamed && value !== '' && !isBlockMark(value) ? hiddenFrom(line, line.length - value.length) : masked(line)
  })
}

function entryIn(line: string): Entry | undefined {
  const entry = /^(\s*(?:-\s+)*)(?:"([\w./-]+)"\s*:|'([\w./-]+)'\s*:|([\w./-]+)\s*:(?=\s|$))\s*/.exec(line)
  if (entry === null) return undefined
  const [whole, lead = '', double, single, plain] = entry
  const key = double ?? single ?? plain ?? ''
  return { key, value: line.slice(whole.length), column: lead.length, isItem: lead.trim() !== '' }
}

function isBelow({ column, isBlock, isEmpty }: Heading, line: string, entry: Entry | undefined): boolean {
  const indentation = line.search(/\S/)
  if (isBlock) return indentation > column
  // A key in it makes it a map, of which each line speaks for itself.
  if (entry !== undefined) return false
  return indentation > column || (isEmpty && indentation === column && /^\s*-\s/.test(line))
}

/** A comment, or what only holds JSON together. */
function isPunctuation(line: string): boolean {
  return /^\s*(?:#|[[\]{},\s]*$)/.test(line)
}

function isBlockMark(value: string): boolean {
  return /^[|>][-+\d]*(?:\s+#.*)?\s*$/.test(value)
}

function isName(key: string): boolean {
  return key === 'name' || key === 'key'
}

function announces({ key, value }: Entry): boolean {
  const name = /^["']?([\w.-]+)["']?,?\s*$/.exec(value)?.[1]
  if (name === undefined || !isName(key)) return false
  return key === 'name' ? isCredentialVariable(name) : isCredentialEntry(name)
}

function hiddenFrom(line: string, start: number): MaskedLine {
  return { text: `${line.slice(0, start)}***`, hidden: line.slice(start) }
}
