import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'

export interface Placement {
  port: number
  dir: string
  /** The keys of the ConfigMap (and of other mounted files), by file name: the targets of `include /etc/redis/NAME`. */
  includes?: Readonly<Record<string, string>>
}

/** A directive of redis.conf split into its words, or undefined for a comment or an empty line. */
export function directive(line: string): [name: string, ...values: string[]] | undefined {
  if (/^\s*(#|$)/.test(line)) return undefined
  const words = Array.from(line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g), ([, double, single, bare]) =>
    double === undefined ? (single ?? bare ?? '') : double.replace(/\\(.)/g, '$1')
  )
  const [name, ...values] = words
  return name === undefined ? undefined : [name.toLowerCase(), ...values]
}

/** The access rule that the manifests write at start: Redis gets the hash of the password, not the password. */
export function accessRule(password: string | undefined): string {
  if (password === undefined) return 'user default on nopass ~* &* +@all'
  return `user default on #${createHash('sha256').update(password).digest('hex')} ~* &* +@all`
}

/** `redis.conf` as one text that a Redis outside the cluster can start with: includes are resolved. */
export function standalone(redisConf: string, placement: Placement): string {
  const inline = (text: string, within: readonly string[]): string =>
    rewrite(text, (path) => {
      const name = basename(path)
      if (within.includes(name)) throw new Error(`${name} includes itself`)
      return inline(included(path, placement), [...within, name])
    })
  return placed(inline(redisConf, []), placement)
}

/**
 * `redis.conf` and the files that it includes, by file name, to be written to `dir`. The includes remain, because
 * redis-server reads some directives differently after one, and tests must behave like the cluster.
 */
export function standaloneFiles(redisConf: string, placement: Placement): Map<string, string> {
  const files = new Map<string, string>()
  const relocate = (text: string): string =>
    rewrite(text, (path) => {
      const name = basename(path)
      if (!files.has(name)) {
        files.set(name, '')
        files.set(name, relocate(included(path, placement)))
      }
      return `include ${JSON.stringify(join(placement.dir, name))}`
    })
  return files.set('redis.conf', placed(relocate(redisConf), placement))
}

function included(path: string, { includes = {} }: Placement): string {
  const text = includes[basename(path)]
  if (text === undefined) {
    throw new Error(`include ${path}: no such key; there are ${Object.keys(includes).join(', ') || 'none'}`)
  }
  return text
}

function rewrite(text: string, onInclude: (path: string) => string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const [name, value] = directive(line) ?? []
      if (name === 'dir' || name === 'port' || name === 'bind') return []
      return name === 'include' && value !== undefined ? [onInclude(value)] : [line]
    })
    .join('\n')
}

function placed(text: string, { port, dir }: Placement): string {
  return `bind * -::*\nport ${port}\ndir ${JSON.stringify(dir)}\n${text}\n`
}
