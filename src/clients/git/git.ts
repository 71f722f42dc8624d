import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CommandResult, RunCommand } from '../../core/command.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

/** git could not answer. */
export class GitError extends Error {
  override readonly name = 'GitError'
}

/** The repository of a checkout, read-only. */
export interface Repository {
  /** The directory of the checkout. */
  readonly root: string
  /** The commit of the first of these full ref names that exists. */
  commitOf(refs: readonly string[]): Promise<string | undefined>
  /** The merge base of HEAD and another commit; undefined if they share none, or if that commit is missing. */
  sharedWith(commit: string): Promise<string | undefined>
  /** Regular files at and below paths from the root, as far as they exist; all files without paths. */
  list(commit: string, paths: readonly string[]): Promise<{ path: string; id: string; bytes: number }[]>
  read(ids: readonly string[]): Promise<Buffer[]>
}

const hardened = [
  // No program in the configuration of a repository is run.
  '-c core.fsmonitor=false',
  '-c core.hooksPath=/dev/null',
  '-c core.pager=cat',
  '--literal-pathspecs'
].flatMap((option) => option.split(' '))

const environment = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  // No server is contacted for missing objects.
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C'
}

const limits = { timeoutMilliseconds: 60_000, maximumBytes: 256 * 1024 ** 2 }

/** How many objects are requested at once, so that their IDs are a short argument. */
const mostIds = 100

export interface GitOptions {
  run: RunCommand
  /** PATH, to find git. */
  path: string
  signal: AbortSignal
}

/**
 * The repository that contains a directory.
 * @param directory without symbolic links, in the workspace
 * @returns undefined if there is none between the directory and the workspace
 */
export async function repositoryOf(
  directory: string,
  workspace: string,
  options: GitOptions
): Promise<Repository | undefined> {
  const root = await rootOf(directory, workspace)
  if (root === undefined) return undefined
  const git = (parameters: readonly string[], input?: string) => runGit(root, parameters, input, options)
  return {
    root,
    async commitOf(refs) {
      for (const ref of refs) {
        const { exitCode, stdout } = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])
        if (exitCode === 0) return stdout.toString('utf8').trim()
      }
      return undefined
    },
    async sharedWith(commit) {
      const { exitCode, stdout } = await git(['merge-base', 'HEAD', commit])
      return exitCode === 0 ? stdout.toString('utf8').trim() : undefined
    },
    async list(commit, paths) {
      const { stdout } = await done(git(['ls-tree', '-r', '-l', '-z', '--full-tree', commit, '--', ...paths]))
      const entries = stdout.toString('utf8').split('\0')
      return entries.flatMap((entry) => {
        const [, id, bytes, name] = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(entry) ?? []
        return id === undefined || name === undefined ? [] : [{ path: name, id, bytes: Number(bytes) }]
      })
    },
    async read(ids) {
      const all: Buffer[] = []
      for (let first = 0; first < ids.length; first += mostIds) {
        const some = ids.slice(first, first + mostIds)
        const { stdout } = await done(git(['cat-file', '--batch'], some.join('\n')))
        all.push(...contents(stdout, some))
      }
      return all
    }
  }
}

/**
 * Where `.git` is. Git itself would also take any directory for a repository that has the files of one, and these may
 * come with a pull request.
 */
async function rootOf(directory: string, workspace: string): Promise<string | undefined> {
  for (let here = directory; ; here = dirname(here)) {
    const found = await lstat(join(here, '.git')).catch(() => undefined)
    // A submodule has a file there, and its own history.
    if (found !== undefined) return found.isDirectory() ? here : undefined
    if (here === workspace || here === dirname(here)) return undefined
  }
}

/**
 * Given explicitly, the repository is not searched for, and may belong to another user, such as the runner's in a
 * container.
 */
async function runGit(
  root: string,
  parameters: readonly string[],
  input: string | undefined,
  { run, path, signal }: GitOptions
): Promise<CommandResult> {
  const result = await run('git', [...hardened, `--git-dir=${join(root, '.git')}`, ...parameters], {
    environment: { ...environment, PATH: path },
    directory: root,
    signal,
    ...limits,
    ...(input !== undefined && { input })
  })
  const { exitCode, stopped } = result
  if (stopped === 'time') throw new GitError(`git did not finish within ${limits.timeoutMilliseconds / 1000} s`)
  if (stopped === 'output') throw new GitError(`git printed more than ${limits.maximumBytes / 1024 ** 2} MiB`)
  // 125 to 127 come from the programs that start it: it is missing, or cannot be run.
  if (exitCode === undefined || (exitCode > 124 && exitCode < 128)) throw failed(result)
  return result
}

async function done(ended: Promise<CommandResult>): Promise<CommandResult> {
  const result = await ended
  if (result.exitCode !== 0) throw failed(result)
  return result
}

function failed({ exitCode, stderr }: CommandResult): GitError {
  const ending = exitCode === undefined ? 'was ended by a signal' : `ended with exit code ${exitCode}`
  return new GitError(`git ${ending}: ${sanitizeLine(stderr)}`)
}

/** `ID blob SIZE`, the content and a line feed, one after the other. */
function contents(output: Buffer, ids: readonly string[]): Buffer[] {
  let at = 0
  return ids.map((id) => {
    const end = output.indexOf('\n', at)
    const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(output.toString('utf8', at, end)) ?? []
    if (size === undefined) throw new GitError(`the object ${id} is not in the repository`)
    at = end + 1 + Number(size) + 1
    return output.subarray(end + 1, at - 1)
  })
}
