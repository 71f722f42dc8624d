import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A repository like on GitHub, with a working checkout. */
export interface GitRepository extends AsyncDisposable {
  /** The checkout in which commits are made. */
  readonly path: string
  git(...parameters: string[]): Promise<string>
  /** Writes files, deletes those that are `undefined`, and commits everything. @returns the hash of the commit */
  commit(files: Readonly<Record<string, string | undefined>>): Promise<string>
  /** Another checkout like the one of actions/checkout: of a branch, with or without its history. */
  checkout(branch: string, ...options: string[]): Promise<string>
}

/** The git configuration of the machine and its user must not matter. */
const env = {
  ...Object.fromEntries(['PATH', 'HOME', 'TMPDIR'].map((name) => [name, process.env[name]])),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1'
}

export async function gitRepository(): Promise<GitRepository> {
  const directory = await mkdtemp(join(tmpdir(), 'git-'))
  const path = join(directory, 'origin')
  await mkdir(path)
  const gitIn = async (cwd: string, parameters: string[]) => (await run('git', parameters, { cwd, env })).stdout.trim()
  const git = (...parameters: string[]) => gitIn(path, parameters)
  await git('init', '--quiet', '--initial-branch=main')
  await git('config', 'user.name', 'test')
  await git('config', 'user.email', 'test@example.com')
  let checkouts = 0
  return {
    path,
    git,
    async commit(files) {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name)
        await mkdir(dirname(file), { recursive: true })
        if (content === undefined) await rm(file, { recursive: true })
        else await writeFile(file, content)
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message=test')
      return git('rev-parse', 'HEAD')
    },
    async checkout(branch, ...options) {
      const place = join(directory, `checkout-${++checkouts}`)
      // By file://, because a local path would be cloned with its complete history.
      await gitIn(directory, ['clone', '--quiet', '--branch', branch, ...options, `file://${path}`, place])
      return place
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true })
    }
  }
}
