import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { accessRule, directive, standalone, standaloneFiles } from './configuration.ts'
import { freePort } from './listen.ts'
import { describe, findRedis, type RedisProgram } from './program.ts'
import { answers } from './readiness.ts'
import { startStandIn } from './stand-in.ts'

export interface RedisOptions {
  /** Passed to Redis as a hash in a file, like the manifests do. Without one, Redis admits everyone. */
  password?: string | undefined
  /** redis.conf: the project's own, or a few directives. `dir`, `port` and `bind` are replaced. */
  config?: string | undefined
  /** The targets of the `include` lines of the configuration, by file name. `auth.conf` always exists. */
  includes?: Readonly<Record<string, string>> | undefined
  /** `stand-in`, or the path of a server. By default redis-server or valkey-server of PATH, else the stand-in. */
  program?: string | undefined
}

export interface RedisProcess extends AsyncDisposable {
  readonly port: number
  /** For example "redis-server 7.0.15", "valkey-server 9.1.2" or "embedded stand-in". */
  readonly program: string
  readonly embedded: boolean
  /** Where Redis writes its files; removed on dispose. */
  readonly dir: string
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisProcess> {
  const program =
    options.program === undefined || options.program === 'stand-in' ? options.program : await describe(options.program)
  const found = program === undefined ? await findRedis() : program
  const dir = await mkdtemp(join(tmpdir(), 'redis-'))
  try {
    if (found === undefined || found === 'stand-in') return await startEmbedded(options, dir)
    return await startProgram(found, options, dir)
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}

async function startEmbedded(options: RedisOptions, dir: string): Promise<RedisProcess> {
  const { config, includes } = withAccess(options)
  const listener = await startStandIn(standalone(config, { port: 0, dir, includes }))
  return {
    port: listener.port,
    program: 'embedded stand-in',
    embedded: true,
    dir,
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    }
  }
}

async function startProgram(program: RedisProgram, options: RedisOptions, dir: string): Promise<RedisProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const { config, includes } = withAccess(options)
    for (const [name, text] of standaloneFiles(config, { port, dir, includes })) {
      await writeFile(join(dir, name), text, { mode: 0o600 })
    }
    const child = spawn(program.path, [join(dir, 'redis.conf')], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
    let log = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text))
    if (await isUp(child, port, options.password)) {
      return {
        port,
        program: program.name,
        embedded: false,
        dir,
        async [Symbol.asyncDispose]() {
          await stop(child)
          await rm(dir, { recursive: true, force: true })
        }
      }
    }
    await stop(child)
    // Another program took the port before the start.
    const taken = /address already in use/i.test(log)
    if (!taken || attempt === 5) throw new Error(`${program.name} did not start:\n${log}`)
  }
}

/** The configuration with the access rule: included as auth.conf, as in the manifests, or else appended. */
function withAccess({ config = '', includes = {}, password }: RedisOptions): {
  config: string
  includes: Readonly<Record<string, string>>
} {
  const rule = accessRule(password)
  const including = config.split('\n').some((line) => {
    const [name, path] = directive(line) ?? []
    return name === 'include' && path?.endsWith('auth.conf')
  })
  return {
    config: including || password === undefined ? config : `${config}\ninclude auth.conf\n`,
    includes: { ...includes, 'auth.conf': rule }
  }
}

async function isUp(child: ChildProcess, port: number, password: string | undefined): Promise<boolean> {
  const gone = { value: false }
  child.once('exit', () => (gone.value = true))
  child.once('error', () => (gone.value = true))
  for (const deadline = Date.now() + 10_000; Date.now() < deadline && !gone.value; await delay(20)) {
    if (await answers(port, password)) return !gone.value
  }
  return false
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  // Redis refuses to stop if it cannot save; the directory is removed anyway.
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(timer)
}
