import { posix } from 'node:path'
import { listAt } from '../kubernetes/object.ts'
import { type Known, known, unknown } from './known.ts'

/** How container `redis` starts its server. */
export interface RedisCommand {
  /** The configuration file as written in the command; undefined if the server starts with its defaults. */
  readonly configPath: string | undefined
  /** Directives given as arguments, such as `['maxmemory', '1gb']`. They override the file. */
  readonly overrides: readonly (readonly string[])[]
  /** Directives that an argument sets to a value that is only known when the container starts. */
  readonly unresolved: readonly string[]
}

const servers = new Set(['redis-server', 'valkey-server'])
const shells = new Set(['sh', 'ash', 'bash', 'dash'])

/** Parses command and arguments of a container, including a shell script that starts the server. */
export function redisCommand(container: unknown): Known<RedisCommand> {
  const command = listAt(container, 'command').map(String)
  const words = [...command, ...listAt(container, 'args').map(String)]
  const [program = '', ...rest] = words
  const at = words.findIndex(isServer)
  if (at !== -1 && !isShell(program)) return fromArguments(words.slice(at + 1))
  if (isShell(program)) return fromScript(scriptOf(rest))
  // docker-entrypoint.sh of the Redis and Valkey images: options and files ending in .conf are passed to the server.
  if (command.length === 0 && (program === '' || program.startsWith('-') || program.endsWith('.conf'))) {
    return fromArguments(words)
  }
  return unknown(`the command ${JSON.stringify(posix.basename(program))} of the container is not redis-server`)
}

function isServer(word: string): boolean {
  return servers.has(posix.basename(word))
}

function isShell(word: string): boolean {
  return shells.has(posix.basename(word))
}

/** The text after `-c`, which may be combined with other letters, as in `-ec`. */
function scriptOf(words: readonly string[]): string | undefined {
  const flag = words.findIndex((word) => /^-[a-z]*c$/.test(word))
  return flag === -1 ? undefined : words[flag + 1]
}

function fromScript(script: string | undefined): Known<RedisCommand> {
  if (script === undefined) return unknown('the command of the container is a script in a file')
  const lines = script.replaceAll('\\\n', ' ').split(/[\n;&|]+/)
  const starts = lines.map(shellWords).flatMap((words) => {
    const at = words.findIndex(isServer)
    // A name among the arguments of another program, as in `cp redis-server …`, does not start the server.
    return at !== -1 && words.slice(0, at).every((word) => word === 'exec' || /^\w+=/.test(word))
      ? [words.slice(at + 1)]
      : []
  })
  const [only, ...others] = starts
  if (only === undefined) return unknown('the script of the container does not start redis-server')
  if (others.length > 0) return unknown(`the script of the container starts redis-server at ${starts.length} places`)
  return fromArguments(only)
}

/** The words of one command; enough for a script that names a file, not a shell parser. */
function shellWords(line: string): string[] {
  if (/^\s*#/.test(line)) return []
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|([^\s"'#]\S*)/g)].map(
    ([, double, single, plain]) => double?.replace(/\\(.)/g, '$1') ?? single ?? plain ?? ''
  )
}

/** As main() of redis-server parses them: a first argument without a dash is the file, then `--directive value …`. */
function fromArguments(words: readonly string[]): Known<RedisCommand> {
  const [first] = words
  if (first === '-') return unknown('redis-server reads its configuration from its standard input')
  const hasFile = first !== undefined && !first.startsWith('-')
  const configPath = hasFile ? first : undefined
  const overrides: string[][] = []
  for (const word of hasFile ? words.slice(1) : words) {
    if (word.startsWith('--')) {
      // Redis takes a directive with its values in one word, too.
      const [directive = '', ...values] = word.slice(2).trim().split(/\s+/)
      overrides.push([directive.toLowerCase(), ...values])
    } else overrides.at(-1)?.push(word)
  }
  // Kubernetes expands $(NAME), a shell $NAME: the value is known when the container starts. It is not quoted, because
  // a text with a dollar sign may as well be a password.
  if (configPath?.includes('$')) return unknown('the path of the configuration file has a variable')
  const variable = overrides.filter((override) => override.some((word) => word.includes('$')))
  const unresolved = variable.map(([word = '']) => /^[a-z-]+(?=[\s=]|$)/.exec(word)?.[0])
  if (unresolved.includes(undefined)) return unknown('an argument of redis-server has a variable in its name')
  return known({
    configPath,
    overrides: overrides.filter((override) => !variable.includes(override)),
    unresolved: [...new Set(unresolved.filter((name) => name !== undefined))]
  })
}
