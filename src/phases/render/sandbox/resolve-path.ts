import { readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'

/** The target of a path. */
export interface ResolvedPath {
  /** Without symbolic links. */
  path: string
  isDirectory: boolean
  bytes: number
}

/**
 * Whether kustomize would download a text if it finds no file of that name: the rules of all its versions since 3.8,
 * slightly widened (api/internal/git/repospec.go, api/internal/loader/fileloader.go). A `file:` URL is not remote: it
 * is never followed.
 */
export function isRemote(text: string): boolean {
  return /^\s*(git::)*(gh:|https?:|ssh:|github\.com[/:]|[a-z][a-z0-9-]*@[^/]*[/:])/i.test(text)
}

/** Whether a URL has a scheme, so that it cannot be a local file. */
export function hasScheme(text: string): boolean {
  return /^\s*(git::|gh:|https?:|ssh:)/i.test(text)
}

/** The key that a generator gives to a file, and the path of that file; undefined if there is more than that. */
export function generatorSource(text: string): { key: string; path: string } | undefined {
  const [first = '', second, ...others] = text.split('=')
  if (others.length > 0) return undefined
  if (second !== undefined) return { key: first, path: second }
  return { key: first.slice(first.lastIndexOf('/') + 1), path: first }
}

/** Whether the text is an inline document: it has several lines or is JSON, which no path or URL does. */
export function isInline(text: string): boolean {
  return text.includes('\n') || text.trimStart().startsWith('{')
}

/** The number of the first line without a value in an env file: kustomize before 5.0 reads it from its environment. */
export function lineWithoutValue(text: string): number | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  const index = lines.findIndex((line) => line !== '' && !line.startsWith('#') && !line.includes('='))
  return index < 0 ? undefined : index + 1
}

/**
 * Resolves a path in the workspace.
 * @param directory what the path is relative to; like `workspace`, without symbolic links
 * @returns the reason if it is refused
 */
export async function resolvePath(path: string, directory: string, workspace: string): Promise<ResolvedPath | string> {
  if (path === '') return 'is empty'
  if (isAbsolute(path) || /^(git::)*file:/i.test(path)) return 'is not a relative path'
  try {
    const target = await realpath(resolve(directory, path))
    const inside = relative(workspace, target)
    if (isOutside(inside)) return 'is outside the workspace'
    // actions/checkout stores the token of the workflow there.
    if (inside.split(sep).some((name) => name.toLowerCase() === '.git')) return 'is in .git'
    const found = await stat(target)
    if (!found.isFile() && !found.isDirectory()) return 'is neither a file nor a directory'
    return { path: target, isDirectory: found.isDirectory(), bytes: found.size }
  } catch (error) {
    return isMissing(error) ? 'does not exist' : 'cannot be read'
  }
}

/** A path in a form that kustomize cannot take for a URL. */
export function dotted(path: string): string {
  return isOutside(path) ? path : `./${path}`
}

/** Whether a relative path leads to a parent directory. */
export function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)
}

const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Whether a file is a kustomization file, also on a case-insensitive file system. */
export function isKustomizationFile(name: string): boolean {
  return kustomizationNames.some((known) => known.toLowerCase() === name.toLowerCase())
}

/** The kustomization files of a directory; kustomize requires exactly one. */
export async function kustomizationFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => kustomizationNames.includes(name))
}

function isMissing(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
