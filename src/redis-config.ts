import { posix } from 'node:path'
import { Failure } from './failure.ts'
import { isGlob, matchesGlob } from './glob.ts'
import { at, textAt } from './kubernetes-object.ts'
import type { ManifestDocument } from './manifest.ts'
import { redisStatefulSet, referencedNames } from './workload.ts'

/** What a redis.conf and its includes say: the arguments of each directive, in the order in which they were read. */
export type RedisConfig = ReadonlyMap<string, readonly string[][]>

/** Texts by name: what a ConfigMap holds. */
type Files = Readonly<Record<string, string>>

/** The most that is read, each file as often as it is included: far more than a configuration has. */
const maximum = { includes: 1_000, characters: 2 * 1024 ** 2 }

/** The ConfigMap that carries `redis.conf`: the one the pod template mounts, if several do. */
export function redisConfigMap(documents: readonly ManifestDocument[]): ManifestDocument | undefined {
  const candidates = documents.filter(
    ({ object }) => object.kind === 'ConfigMap' && textAt(object, 'data', 'redis.conf') !== undefined
  )
  const statefulSet = redisStatefulSet(documents)
  const read = statefulSet === undefined ? new Set() : referencedNames(statefulSet.object, 'configMap')
  return candidates.find(({ object }) => read.has(object.metadata.name)) ?? candidates[0]
}

/** The configuration with which the rendered Redis will start, or undefined if none is rendered. */
export function renderedRedisConfig(documents: readonly ManifestDocument[]): RedisConfig | undefined {
  return readRendered(documents)?.config
}

/** The paths that it includes and that are in no ConfigMap of the pod: they may hold anything. */
export function missingIncludes(documents: readonly ManifestDocument[]): readonly string[] {
  return readRendered(documents)?.missing ?? []
}

/**
 * Reads a redis.conf. An `include` is resolved by its file name among the keys of the same ConfigMap; a file that is not
 * there (the password, written at start) says nothing.
 * @throws Failure invalid-manifest if it includes so much that it would not end
 */
export function parseRedisConfig(files: Files, entry: string): RedisConfig {
  return read([files], entry).config
}

function readRendered(documents: readonly ManifestDocument[]): ReturnType<typeof read> | undefined {
  const configMap = redisConfigMap(documents)
  if (configMap === undefined) return undefined
  const statefulSet = redisStatefulSet(documents)
  const named = statefulSet === undefined ? new Set() : referencedNames(statefulSet.object, 'configMap')
  const others = documents.filter((document) => {
    const { kind, metadata } = document.object
    return document !== configMap && kind === 'ConfigMap' && named.has(metadata.name)
  })
  const places = [configMap, ...others].map(({ object }) => (at(object, 'data') ?? {}) as Files)
  return read(places, 'redis.conf')
}

/** @param places the first that has an included file counts */
function read(places: readonly Files[], entry: string): { config: RedisConfig; missing: string[] } {
  const config = new Map<string, string[][]>()
  const missing: string[] = []
  const left = { ...maximum }
  const spend = (characters: number) => {
    left.characters -= characters
    if (left.includes < 0 || left.characters < 0) throw tooMuch()
  }
  const include = (path: string, parents: readonly string[]) => {
    left.includes--
    const name = posix.basename(path)
    spend(isGlob(name) ? places.flatMap(Object.keys).join().length : 0)
    // redis-server would read a file that includes itself for ever.
    const candidates = places.map((files) => filesOf(files, name).filter(([key]) => !parents.includes(key)))
    const found = candidates.find((each) => each.length > 0)
    if (found === undefined && !parents.includes(name)) missing.push(path)
    for (const [key, text] of found ?? []) readText(text, [...parents, key])
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
  for (const [name, text] of filesOf(places[0] ?? {}, entry)) readText(text, [name])
  return { config, missing }
}

/** The files of this name, or of this pattern in the order of redis-server. */
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

function tooMuch(): Failure {
  return new Failure(
    'invalid-manifest',
    `redis.conf includes more than ${maximum.includes} files or ${maximum.characters / 1024 ** 2} MiB; ` +
      'what is included twice counts twice',
    'include each file once'
  )
}

/** The value of a directive that is set once: the last one counts. */
export function setting(config: RedisConfig, name: string): string | undefined {
  return config.get(name)?.at(-1)?.join(' ')
}

/** The save points as CONFIG GET writes them, `900 1 300 10`; an empty text switches snapshots off. */
export function savePoints(config: RedisConfig): string {
  const lines = config.get('save')
  // What redis-server has built in (initServerConfig).
  if (lines === undefined) return '3600 1 300 100 60 10000'
  const lastOff = lines.findLastIndex((line) => line.join('') === '')
  return lines
    .slice(lastOff + 1)
    .map((line) => line.join(' '))
    .join(' ')
    .trim()
}

/** Splits a line as redis-server does (sdssplitargs): white space separates, both kinds of quotes group. */
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
