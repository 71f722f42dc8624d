import { readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'

/** What a path leads to. */
export interface ResolvedPath {
  /** Without symbolic links. */
  path: string
  isDirectory: boolean
  bytes: number
}

/**
 * Whether kustomize takes a text for something to download, if it finds no file of that name: the rules of all its
 * versions since 3.8, drawn a little wider (api/internal/git/repospec.go, api/internal/loader/fileloader.go). A `file:`
 * address is none: it is never followed.
 */
export function isRemote(text: string): boolean {
  return /^\s*(git::)*(gh:|https?:|ssh:|github\.com[/:]|[a-z][a-z0-9-]*@[^/]*[/:])/i.test(text)
}

/** Whether an address says how to reach it, so that nothing on the disk can be meant. */
export function hasScheme(text: string): boolean {
  return /^\s*(git::|gh:|https?:|ssh:)/i.test(text)
}

/** The key that a generator gives to a file, and the path of that file; undefined if it says more than that. */
export function generatorSource(text: string): { key: string; path: string } | undefined {
  const [first = '', second, ...others] = text.split('=')
  if (others.length > 0) return undefined
  if (second !== undefined) return { key: first, path: second }
  return { key: first.slice(first.lastIndexOf('/') + 1), path: first }
}

/** Whether the text is a document itself: it has lines or is JSON, and no path or address does either. */
export function isInline(text: string): boolean {
  return text.includes('\n') || text.trimStart().startsWith('{')
}

/** The number of the first line of variables that has no value: kustomize before 5.0 takes it from its environment. */
export function lineWithoutValue(text: string): number | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  const index = lines.findIndex((line) => line !== '' && !line.startsWith('#') && !line.includes('='))
  return index < 0 ? undefined : index + 1
}

/**
 * Follows a path to what it is in the workspace.
 * @param directory what the path is relative to; like `workspace`, without symbolic links
 * @returns why it is not followed, if it is not
 */
export async function resolvePath(path: string, directory: string, workspace: string): Promise<ResolvedPath | string> {
  if (path === '') return 'is empty'
  if (isAbsolute(path) || /^(git::)*file:/i.test(path)) return 'is not a relative path'
  try {
    const target = await realpath(resolve(directory, path))
    const inside = relative(workspace, target)
    if (isOutside(inside)) return 'is outside the workspace'
    // actions/checkout keeps the token of the workflow there.
    if (inside.split(sep).some((name) => name.toLowerCase() === '.git')) return 'is in .git'
    const found = await stat(target)
    if (!found.isFile() && !found.isDirectory()) return 'is neither a file nor a directory'
    return { path: target, isDirectory: found.isDirectory(), bytes: found.size }
  } catch (error) {
    return isMissing(error) ? 'does not exist' : 'cannot be read'
  }
}

/** A path as kustomize cannot take it for an address. */
export function dotted(path: string): string {
  return isOutside(path) ? path : `./${path}`
}

/** Whether a relative path leads up. */
export function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)
}

const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Whether a file would be taken for a kustomization, also where upper and lower case are the same. */
export function isKustomizationFile(name: string): boolean {
  return kustomizationNames.some((known) => known.toLowerCase() === name.toLowerCase())
}

/** The kustomization files of a directory; kustomize wants exactly one. */
export async function kustomizationFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => kustomizationNames.includes(name))
}

function isMissing(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
