import { execFile } from 'node:child_process'
import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { harmlessLine } from '../untrusted-text.ts'

/** git could not answer. */
export class GitError extends Error {
  override readonly name = 'GitError'
}

/** The repository of a checkout, which is only read. */
export interface Repository {
  /** The directory that is checked out. */
  readonly root: string
  /** The commit of the first of these full names that there is. */
  commitOf(refs: readonly string[]): Promise<string | undefined>
  /** The last commit that what is checked out shares with another; undefined if they share none, or it is not there. */
  sharedWith(commit: string): Promise<string | undefined>
  /** Regular files at and below paths from the root, as far as they exist; all files if no path is given. */
  list(commit: string, paths: readonly string[]): Promise<{ path: string; id: string; bytes: number }[]>
  read(ids: readonly string[]): Promise<Buffer[]>
}

const hardened = [
  // Nothing that the configuration of a repository names is run.
  '-c core.fsmonitor=false',
  '-c core.hooksPath=/dev/null',
  '-c core.pager=cat',
  '--literal-pathspecs'
].flatMap((option) => option.split(' '))

const environment = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  // No server is asked for what the repository lacks.
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C'
}

/**
 * The repository that a directory is checked out of.
 * @param directory without symbolic links, in the workspace
 * @param path PATH, by which git is found
 * @returns undefined if there is none between the directory and the workspace
 */
export async function repositoryOf(
  directory: string,
  workspace: string,
  path: string,
  signal: AbortSignal
): Promise<Repository | undefined> {
  const root = await rootOf(directory, workspace)
  if (root === undefined) return undefined
  const git = (parameters: readonly string[], input = '') => run(root, parameters, input, path, signal)
  return {
    root,
    async commitOf(refs) {
      for (const ref of refs) {
        const { code, output } = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])
        if (code === 0) return output.toString('utf8').trim()
      }
      return undefined
    },
    async sharedWith(commit) {
      const { code, output } = await git(['merge-base', 'HEAD', commit])
      return code === 0 ? output.toString('utf8').trim() : undefined
    },
    async list(commit, paths) {
      const { output } = await done(git(['ls-tree', '-r', '-l', '-z', '--full-tree', commit, '--', ...paths]))
      const entries = output.toString('utf8').split('\0')
      return entries.flatMap((entry) => {
        const [, id, bytes, name] = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(entry) ?? []
        return id === undefined || name === undefined ? [] : [{ path: name, id, bytes: Number(bytes) }]
      })
    },
    async read(ids) {
      const { output } = await done(git(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join('')))
      return contents(output, ids)
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
    // A submodule has a file there, and a history of its own.
    if (found !== undefined) return found.isDirectory() ? here : undefined
    if (here === workspace || here === dirname(here)) return undefined
  }
}

interface Ended {
  code: number
  output: Buffer
  error: string
}

/** Named expressly, the repository is not looked for, and may belong to another user: the runner's, of a container. */
function run(
  root: string,
  parameters: readonly string[],
  input: string,
  path: string,
  signal: AbortSignal
): Promise<Ended> {
  const all = [...hardened, `--git-dir=${join(root, '.git')}`, ...parameters]
  const options = { cwd: root, env: { ...environment, PATH: path }, signal, maxBuffer: 256 * 1024 ** 2 }
  return new Promise((resolve, reject) => {
    const child = execFile('git', all, { ...options, encoding: 'buffer' }, (failure, output, error) => {
      const code = failure === null ? 0 : failure.code
      if (typeof code === 'number') resolve({ code, output, error: error.toString('utf8') })
      else
        reject(signal.aborted ? signal.reason : new GitError(harmlessLine(failure?.message ?? ''), { cause: failure }))
    })
    // A process that has ended does not read; its exit code tells more.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

async function done(ended: Promise<Ended>): Promise<Ended> {
  const { code, error } = await ended
  if (code !== 0) throw new GitError(`git ended with exit code ${code}: ${harmlessLine(error)}`)
  return ended
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
