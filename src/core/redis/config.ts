import { posix } from 'node:path'
import { Failure } from '../failure.ts'

/** The content of a redis.conf and its includes: the arguments of each directive, in reading order. */
export type RedisConfig = ReadonlyMap<string, readonly string[][]>

/** Texts by name: the content of a ConfigMap. */
type Files = Readonly<Record<string, string>>

/** The limit on what is read, counting each file as often as it is included: far more than a configuration has. */
const maximum = { includes: 1_000, characters: 2 * 1024 ** 2 }

/**
 * Reads a redis.conf. An `include` is resolved by its file name among the keys of the same ConfigMap; a file that is
 * not there (the password, written at start) contributes nothing.
 * @throws Failure invalid-manifest if the includes exceed the limit or never end
 */
export function parseRedisConfig(files: Files, entry: string): RedisConfig {
  return readRedisConfig(entry, byName([files])).config
}

/** What redis-server reads: the directives, and the paths of included files that are unknown. */
interface ReadConfig {
  config: RedisConfig
  missing: string[]
}

/** A file with a unique name. */
type ConfigFile = readonly [id: string, text: string]

/** Where files are looked up. */
export interface ConfigFiles {
  /** The files that a path, or a pattern in its last part, may refer to; the first group with files counts. */
  find(path: string): readonly (readonly ConfigFile[])[]
  /** The total number of characters of all names: the cost of matching a pattern. */
  readonly nameCharacters: number
}

/** By the file name alone, in the first of several folders that has it. */
export function byName(folders: readonly Files[]): ConfigFiles {
  return {
    find: (path) => folders.map((files) => filesOf(files, posix.basename(path))),
    nameCharacters: folders.flatMap(Object.keys).join().length
  }
}

/**
 * Reads a redis.conf and everything it includes.
 * @throws Failure invalid-manifest if the includes exceed the limit or never end
 */
export function readRedisConfig(entry: string, { find, nameCharacters }: ConfigFiles): ReadConfig {
  const config = new Map<string, string[][]>()
  const missing: string[] = []
  const left = { ...maximum }
  const spend = (characters: number) => {
    left.characters -= characters
    if (left.includes < 0 || left.characters < 0) throw tooManyIncludesFailure()
  }
  const include = (path: string, parents: readonly string[]) => {
    left.includes--
    const isPattern = isGlob(posix.basename(path))
    spend(isPattern ? nameCharacters : 0)
    const candidates = find(path)
    // redis-server would read a file that includes itself forever.
    const found = candidates.map((each) => each.filter(([id]) => !parents.includes(id))).find((each) => each.length > 0)
    const isParent = !isPattern && candidates.some((each) => each.length > 0)
    if (found === undefined && !isParent) missing.push(path)
    for (const [id, text] of found ?? []) readText(text, [...parents, id])
  }
  const readText = (text: string, parents: readonly string[]) => {
    spend(text.length)
    for (const line of text.split('\n')) {
      const [directive = '', ...values] = splitArguments(line)
      const [path] = values
      if (directive.toLowerCase() === 'include' && path !== undefined) include(path, parents)
      else if (directive !== '') listIn(config, directive.toLowerCase()).push(values)
    }
  }
  const [start = []] = find(entry)
  for (const [id, text] of start) readText(text, [id])
  return { config, missing }
}

/** The files of this name, or matching this pattern in the order of redis-server. */
function filesOf(files: Files, name: string): [name: string, text: string][] {
  const keys = isGlob(name)
    ? Object.keys(files)
        .filter((key) => matchesGlob(key, name))
        .sort()
    : Object.hasOwn(files, name)
      ? [name]
      : []
  return keys.map((key) => [key, String(files[key] ?? '')])
}

function listIn(config: Map<string, string[][]>, directive: string): string[][] {
  const list = config.get(directive) ?? []
  config.set(directive, list)
  return list
}

function tooManyIncludesFailure(): Failure {
  return new Failure(
    'invalid-manifest',
    `redis.conf includes more than ${maximum.includes} files or ${maximum.characters / 1024 ** 2} MiB; ` +
      'what is included twice counts twice',
    'include each file once'
  )
}

/** The value of a directive that can be set once: the last one counts. */
export function setting(config: RedisConfig, name: string): string | undefined {
  return config.get(name)?.at(-1)?.join(' ')
}

/** The save points in the form of CONFIG GET, `900 1 300 10`; an empty text disables snapshots. */
export function savePoints(config: RedisConfig): string {
  const lines = config.get('save')
  // The defaults of redis-server (initServerConfig).
  if (lines === undefined) return '3600 1 300 100 60 10000'
  const lastOff = lines.findLastIndex((line) => line.join('') === '')
  return lines
    .slice(lastOff + 1)
    .map((line) => line.join(' '))
    .join(' ')
    .trim()
}

/** An address that is not there may be left out, which its dash says. */
const loopback = /^-?(127(\.\d+){1,3}|::1|localhost|0:0:0:0:0:0:0:1)$/i

/** Whether a value of `bind` lets nobody outside the pod connect; without addresses, Redis listens on all. */
export function bindsLoopbackAlone(value: string): boolean {
  const addresses = value.split(/\s+/).filter(Boolean)
  return addresses.length > 0 && addresses.every((address) => loopback.test(address))
}

/** Splits a line like redis-server (sdssplitargs): separated by white space, grouped by both kinds of quotes. */
function splitArguments(line: string): string[] {
  if (/^\s*(#|$)/.test(line)) return []
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"|'((?:\\'|[^'])*)'|(\S+)/g)].map(
    ([, double, single, plain]) => unescaped(double) ?? single?.replaceAll("\\'", "'") ?? plain ?? ''
  )
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\u0007' }

function unescaped(text: string | undefined): string | undefined {
  return text?.replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (_, hex: string | undefined, character: string) =>
    hex === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16))
  )
}

type GlobToken = '*' | ((character: string) => boolean)

/** The maximum of all file systems. */
const longestName = 255

/**
 * Whether a file name matches a pattern (glob(7)). The number of steps is bounded by the product of both lengths: a
 * regular expression could take exponential time with enough stars.
 */
export function matchesGlob(name: string, pattern: string): boolean {
  if (pattern.length > longestName || (name.startsWith('.') && !pattern.startsWith('.'))) return false
  const tokens = globTokens(pattern)
  let [at, next] = [0, 0]
  let star: { at: number; next: number } | undefined
  while (at < name.length) {
    const token = tokens[next]
    if (token === '*') {
      next++
      star = { at, next }
    } else if (token?.(name.charAt(at)) === true) {
      at++
      next++
    } else if (star !== undefined) {
      star.at++
      ;({ at, next } = star)
    } else return false
  }
  return tokens.slice(next).every((token) => token === '*')
}

/** Whether a text can match more than one name. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text)
}

function globTokens(pattern: string): GlobToken[] {
  return [...pattern.matchAll(/\[([!^]?)(\]?[^\]]*)\]|\\?(.)/gs)].map(([whole, not, characters, one = '']) => {
    if (characters !== undefined) return (character) => isIn(character, characters) === (not === '')
    if (whole === '*') return '*'
    return whole === '?' ? () => true : (character) => character === one
  })
}

/** @param characters each one literal, or a range: `a-z` */
function isIn(character: string, characters: string): boolean {
  return [...characters.matchAll(/(.)-(.)|(.)/gs)].some(([, from, to, one]) =>
    from !== undefined && to !== undefined ? from <= character && character <= to : one === character
  )
}
