import { posix } from 'node:path'
import { Failure } from '../../core/failure.ts'

export function branchName(text: string): string | undefined {
  const isName =
    text.length <= 250 &&
    !/[\p{Cc} ~^:?*[\\`]|\.\.|@\{/u.test(text) &&
    !/^-|^@$|\.$/.test(text) &&
    text.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  return isName ? text : undefined
}

/** Where a branch may be in a checkout, the most current place first. A full ref name is used unchanged. */
export function refsOf(name: string): string[] {
  const refs = ['refs/remotes/origin/', 'refs/heads/', 'refs/tags/'].map((place) => `${place}${name}`)
  return /^[0-9a-f]{40}$/.test(name) ? [name, ...refs] : refs
}

/** A regular file of a commit. */
export interface TreeFile {
  /** Relative to the root of the repository. */
  path: string
  id: string
  bytes: number
}

/** A commit of the repository. */
export interface Commit {
  /** The regular files at and below these paths; all without paths. A missing path is not an error. */
  list(paths: readonly string[]): Promise<TreeFile[]>
  read(files: readonly TreeFile[]): Promise<Buffer[]>
}

/** Far more than manifests have. */
const maximum = { files: 5000, bytes: 32 * 1024 ** 2, references: 500 }

/**
 * The files that a kustomization directory is rendered from: its own, and recursively those of the directories that it
 * refers to. Every word with `../` that leads to a directory counts: a file too many does no harm. Symbolic links are
 * left out.
 * @param directory relative to the root of the repository; empty for the root
 * @returns the content by path; empty if the commit has no such directory
 * @throws Failure render-failed if there is more than manifests need
 */
export async function filesBelow(directory: string, commit: Commit): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const known: string[] = []
  let bytes = 0
  for (let wanted = [directory]; wanted.length > 0; ) {
    known.push(...wanted)
    const listed = (await commit.list(wanted.includes('') ? [] : wanted)).filter(({ path }) => !files.has(path))
    bytes += listed.reduce((sum, file) => sum + file.bytes, 0)
    if (files.size + listed.length > maximum.files || bytes > maximum.bytes) throw tooManyFilesFailure(directory)
    const contents = await commit.read(listed)
    for (const [index, { path }] of listed.entries()) {
      if (!isPlain(path)) throw new Failure('render-failed', `a file of the commit is called ${path}`, 'rename it')
      files.set(path, contents[index] ?? Buffer.alloc(0))
    }
    const named = listed
      .filter(({ path }) => isKustomization(path))
      .flatMap(({ path }) => namedBy(path, files.get(path)))
    wanted = [...new Set(named)].filter((path) => !known.some((other) => isBelow(path, other)))
    if (wanted.length > maximum.references) throw tooManyFilesFailure(directory)
  }
  return files
}

/** The directories outside its own that a kustomization may refer to. */
function namedBy(file: string, content: Buffer | undefined): string[] {
  const words = content?.toString('utf8').match(/[^\s'"[\]{},]+/g) ?? []
  return words
    .filter((word) => /(^|\/)\.\.(\/|$)/.test(word))
    .map((word) => posix.join(posix.dirname(file), word).replace(/\/$/, ''))
    .map((path) => (path === '.' ? '' : path))
    .filter((path) => path === '' || isPlain(path))
}

function isKustomization(path: string): boolean {
  return /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path)
}

function isBelow(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`)
}

/** Like git does in a checkout; here the files are written by this action. */
function isPlain(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0')
}

function tooManyFilesFailure(directory: string): Failure {
  return new Failure(
    'render-failed',
    `${directory || 'the root of the repository'} has more files than manifests need`,
    'keep the manifests in their own directory'
  )
}
