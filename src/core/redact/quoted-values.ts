import { shownValues } from './shown-value.ts'

/** Longer than any value that helps to correct it; the dump of a whole template is longer. */
const longestValue = 120
/** What precedes a value: the errors of a typed apply, and those of the validation. */
const quotes = /got &(?:value\.valueUnstructured)?\{|(?:Invalid|Duplicate|Unsupported) value: |Not found: /g
const fieldBefore = /(?:^|[\s[])([^\s[][^\s]*): $/
const longestField = 300

/**
 * The message of the API server about a refused object, without the values that it quotes: what is hidden in a diff
 * must not be shown in a refusal. Helpful values, such as a misspelt kind, are kept.
 * @param object as named in the sentence, `Secret/app`
 */
export function withoutQuotedValues(said: string, object: string): string {
  const kind = object.split('/')[0] ?? ''
  const text = withoutContext(said)
  const quoting = new RegExp(quotes)
  let kept = ''
  let done = 0
  for (let found = quoting.exec(text); found !== null; found = quoting.exec(text)) {
    const start = found.index + found[0].length
    const quote = found[0].startsWith('got') ? typed(text, found.index) : judged(text, start, kind, found.index)
    kept += text.slice(done, found.index) + (quote.words ?? text.slice(found.index, quote.end))
    done = quote.end
    quoting.lastIndex = done
  }
  return kept + text.slice(done)
}

/** Where a quoted value ends, and its replacement; undefined if it may stay. */
interface Quote {
  end: number
  words: string | undefined
}

/** JSON and YAML parsers quote the text around a syntax error. */
function withoutContext(said: string): string {
  return said.replace(/(error found in #\d+ byte) of [\s\S]*$/, '$1').replace(/(cannot unmarshal !!\w+) `[^`]*`/g, '$1')
}

/** `expected string, got &value.valueUnstructured{Value:5}`, and `expected map, got &{text as it is}`. */
function typed(text: string, index: number): Quote {
  const name = 'got &value.valueUnstructured'
  if (text.startsWith(name, index)) {
    const start = index + name.length
    const type = /^\{Value:(.)/s.exec(text.slice(start, start + 8))?.[1]
    return { end: endOfValue(text, start), words: `got ${wordFor(type)}` }
  }
  // It contains no quotes, so it ends where the next error begins.
  const next = text.slice(index).search(/\}\n {2}\./)
  return { end: next < 0 ? text.length : index + next + 1, words: 'got something else' }
}

function wordFor(first: string | undefined): string {
  if (first === '"') return 'a text'
  if (first === '[') return 'a list'
  if (first === 'm') return 'a map'
  if (first === 't' || first === 'f') return 'true or false'
  return /^[-\d]/.test(first ?? '') ? 'a number' : 'something else'
}

/** `spec.type: Unsupported value: "x"`, where the value may be text, JSON or a Go struct. */
function judged(text: string, start: number, kind: string, index: number): Quote {
  const end = text[start] === '&' ? endOfPointer(text, start) : endOfValue(text, start)
  const field = fieldBefore.exec(text.slice(Math.max(0, index - longestField), index))?.[1] ?? ''
  if (isShown(text.slice(start, end), kind, field)) return { end, words: undefined }
  return { end, words: `${text.slice(index, start).replace(/: $/, '')}, not shown` }
}

function isShown(quoted: string, kind: string, field: string): boolean {
  if (quoted.length > longestValue) return false
  const value = valueIn(quoted)
  return value !== undefined && shownValues(kind, field, [value, undefined]) !== undefined
}

/** Undefined if the end is unknown. */
function valueIn(quoted: string): unknown {
  try {
    return uncapitalized(JSON.parse(quoted))
  } catch {
    return /^[\w.+/:-]*$/.test(quoted) ? quoted : undefined
  }
}

/** The fields as in a manifest: a Go struct without tags has `Name` for `name`. */
function uncapitalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(uncapitalized)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, child]) => [
    key.slice(0, 1).toLowerCase() + key.slice(1),
    uncapitalized(child)
  ])
  return Object.fromEntries(entries)
}

/** Go prints the target of a pointer without quotes, so its closing brace cannot be determined. */
function endOfPointer(text: string, start: number): number {
  const last = text.lastIndexOf('}')
  return last < start ? text.length : last + 1
}

/** The end of a value that is followed by `: ` and a reason, by `, ` and the next error, or by a bracket. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  let inString = false
  for (let index = start; index < text.length; index++) {
    const character = text[index] ?? ''
    if (inString) {
      if (character === '\\') index++
      else inString = character !== '"'
    } else if (character === '"') inString = true
    else if ('{[('.includes(character)) depth++
    else if ('}])'.includes(character)) {
      if (depth === 0) return index
      depth--
    } else if (depth === 0 && /^(?:[:,]\s|\n)/.test(text.slice(index, index + 2))) return index
  }
  return text.length
}
