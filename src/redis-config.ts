import { at, textAt } from './kubernetes-object.ts'
import type { ManifestDocument } from './manifest.ts'
import { redisStatefulSet, referencedNames } from './workload.ts'

/** What a redis.conf and its includes say: the arguments of each directive, in the order in which they were read. */
export type RedisConfig = ReadonlyMap<string, readonly string[][]>

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
  const configMap = redisConfigMap(documents)
  if (configMap === undefined) return undefined
  return parseRedisConfig(at(configMap.object, 'data') as Record<string, string>, 'redis.conf')
}

/**
 * Reads a redis.conf. An `include` is resolved by its file name among the keys of the same ConfigMap; a file that is not
 * there (the password, written at start) says nothing.
 */
export function parseRedisConfig(files: Readonly<Record<string, string>>, entry: string): RedisConfig {
  const config = new Map<string, string[][]>()
  const read = (name: string, parents: readonly string[]): void => {
    const text = Object.hasOwn(files, name) ? files[name] : undefined
    for (const line of String(text ?? '').split('\n')) {
      const [directive, ...values] = splitArguments(line)
      if (directive === undefined) continue
      const included = directive.toLowerCase() === 'include' ? values[0]?.split('/').pop() : undefined
      if (included !== undefined && !parents.includes(included)) read(included, [...parents, included])
      else config.set(directive.toLowerCase(), [...(config.get(directive.toLowerCase()) ?? []), values])
    }
  }
  read(entry, [entry])
  return config
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
  return lines.reduce((points, line) => (line.join('') === '' ? '' : `${points} ${line.join(' ')}`.trim()), '')
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
