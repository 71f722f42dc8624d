import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { messageOf } from '../../../core/failure.ts'
import { at } from '../../../core/kubernetes/object.ts'
import { parseValues } from '../../../core/manifest.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import type { GoYaml } from '../../../core/yaml/plain-scalar.ts'
import { kustomization, pluginShape, rewritten, type Shape, type SourceKind, toPlainYaml } from './fields.ts'
import { Refusals } from './refusals.ts'
import {
  dotted,
  generatorSource,
  hasScheme,
  isInline,
  isKustomizationFile,
  isOutside,
  isRemote,
  kustomizationFiles,
  lineWithoutValue,
  type ResolvedPath,
  resolvePath
} from './resolve-path.ts'
import { SizeLimits } from './size-limits.ts'

export interface SourceDirectories {
  /** Where the user's repository is checked out, without symbolic links. */
  workspace: string
  /** A private directory, in which the copy has the same paths. */
  copy: string
}

/**
 * Copies what a kustomization needs from the workspace, so that kustomize can read nothing else. Each kustomization is
 * rewritten, because kustomize parses some texts differently (`Resources` is `resources`, U+2028 ends a comment): what
 * was not checked here must not be followed there.
 * @param base the directory of the kustomization, without symbolic links
 * @returns the copy of that directory
 * @throws Failure render-failed that names every reference which is not allowed
 */
export async function copySources(base: string, directories: SourceDirectories, allowRemote: boolean): Promise<string> {
  const sources = new Sources(directories, allowRemote)
  await sources.addDirectory(base)
  sources.finish(base)
  return sources.copyOf(base)
}

/** The location of a text. */
interface Position {
  /** The directory of the kustomization, which paths are relative to. */
  readonly directory: string
  readonly file: string
  /** Empty for the file as a whole. */
  readonly field: string
}

class Sources {
  readonly #directories: SourceDirectories
  readonly #allowRemote: boolean
  readonly #amounts = new SizeLimits()
  readonly #refusals = new Refusals()

  constructor(directories: SourceDirectories, allowRemote: boolean) {
    this.#directories = directories
    this.#allowRemote = allowRemote
  }

  copyOf(path: string): string {
    return join(this.#directories.copy, this.#shown(path))
  }

  finish(base: string): void {
    this.#refusals.finish()
    this.#amounts.judge(base, (directory) => this.#shown(directory))
  }

  async addDirectory(directory: string): Promise<void> {
    if (!this.#amounts.add(directory)) return
    const [name = '', ...others] = await kustomizationFiles(directory)
    const position = { directory, file: join(directory, name), field: '' }
    if (name === '') return this.#refuse(position, 'holds no kustomization.yaml')
    if (others.length > 0) return this.#refuse(position, `exists next to ${others.join(' and ')}; keep one`)
    const found = await this.#located(position, name)
    const content = found && (await this.#read(position, found))
    const documents = content && this.#parsed(position, content, 2)
    if (documents === undefined) return undefined
    if (documents.length !== 1) return this.#refuse(position, 'must have one document')
    const written = await this.#rewritten(position, documents[0], kustomization)
    await this.#write(join(directory, 'kustomization.yaml'), toPlainYaml(written))
  }

  #rewritten(position: Position, value: unknown, shape: Shape): Promise<unknown> {
    return rewritten(value, shape, position.field, {
      follow: (kind, field, text) => this.#follow(kind, { ...position, field }, text),
      refuse: (field, problem) => this.#refuse({ ...position, field }, problem)
    })
  }

  /** What the copy says in the place of a text; undefined if it is refused. */
  async #follow(kind: SourceKind, position: Position, text: string): Promise<string | undefined> {
    this.#amounts.count(position.directory, { references: 1 })
    if (kind === 'patch' && isInline(text)) return text
    if (kind === 'plugins' && isInline(text)) return this.#plugins(position, Buffer.from(text))
    if (kind !== 'source') return this.#followPath(kind, position, text)
    const source = generatorSource(text)
    if (source === undefined) return this.#refuse(position, 'is not FILE or KEY=FILE', text)
    return `${source.key}=${await this.#followPath(kind, position, source.path)}`
  }

  async #followPath(kind: SourceKind, position: Position, path: string): Promise<string | undefined> {
    if (isRemote(path) && !(await this.#isFile(position, path))) {
      if (this.#allowRemote) return path
      return this.#refusals.addRemote(this.#sentence(position, 'is remote', path))
    }
    const found = await this.#located(position, path)
    if (found === undefined) return undefined
    if (found.isDirectory) return this.#include(kind, position, path, found)
    if (kind === 'directory') return this.#refuse(position, 'is a file, not a directory', path)
    const content = await this.#read(position, found, path)
    if (content === undefined) return undefined
    if (kind === 'plugins') return this.#plugins(position, content)
    const line = kind === 'variables' ? lineWithoutValue(content.toString()) : undefined
    if (line !== undefined) return this.#refuse(position, `has no value in line ${line}; write KEY=VALUE`, path)
    if (isKustomizationFile(basename(found.path))) return this.#refuse(position, 'is a kustomization', path)
    await this.#write(found.path, content)
    return dotted(relative(position.directory, found.path))
  }

  async #include(kind: SourceKind, position: Position, path: string, found: ResolvedPath): Promise<string | undefined> {
    if (kind !== 'directory' && kind !== 'resource') {
      return this.#refuse(position, 'is a directory, not a file', path)
    }
    this.#amounts.include(position.directory, found.path)
    await this.addDirectory(found.path)
    return dotted(relative(position.directory, found.path))
  }

  /**
   * Configurations of generators or transformers, rewritten like a kustomization, because they may refer to files too.
   */
  async #plugins(position: Position, content: Buffer): Promise<string | undefined> {
    const texts: string[] = []
    for (const document of this.#parsed(position, content, 3) ?? []) {
      const kind = at(document, 'kind')
      const shape = pluginShape(at(document, 'apiVersion'), kind)
      if (shape === undefined) return this.#refuse(position, 'is not built into kustomize', String(kind))
      texts.push(toPlainYaml(await this.#rewritten(position, document, shape)))
    }
    return texts.join('\n---\n')
  }

  async #located(position: Position, path: string): Promise<ResolvedPath | undefined> {
    const found = await resolvePath(path, position.directory, this.#directories.workspace)
    return typeof found === 'string' ? this.#refuse(position, found, path) : found
  }

  /** If a URL has no scheme, kustomize looks for a file first. */
  async #isFile({ directory }: Position, path: string): Promise<boolean> {
    const found = hasScheme(path) ? undefined : await resolvePath(path, directory, this.#directories.workspace)
    return typeof found === 'object' && !found.isDirectory
  }

  async #read(position: Position, found: ResolvedPath, path?: string): Promise<Buffer | undefined> {
    if (isOutside(relative(position.directory, found.path))) {
      return this.#refuse(position, 'is outside the directory of its kustomization', path)
    }
    this.#amounts.count(position.directory, { bytes: found.bytes })
    return readFile(found.path).catch(() => this.#refuse(position, 'cannot be read', path))
  }

  #parsed(position: Position, content: Buffer, reader: GoYaml): unknown[] | undefined {
    try {
      return parseValues(new TextDecoder('utf-8', { fatal: true }).decode(content), reader)
    } catch (error) {
      return this.#refuse(position, `cannot be parsed: ${messageOf(error)}`)
    }
  }

  async #write(path: string, content: string | Buffer): Promise<void> {
    const copy = this.copyOf(path)
    await mkdir(dirname(copy), { recursive: true })
    await writeFile(copy, content)
  }

  #refuse(position: Position, problem: string, text?: string): undefined {
    this.#refusals.add(this.#sentence(position, problem, text))
  }

  #sentence({ file, field }: Position, problem: string, text?: string): string {
    const parts = field === '' || text === undefined ? [field] : [field, sanitizeLine(JSON.stringify(text), 120)]
    return `${[this.#shown(file), ...parts].filter((part) => part !== '').join(': ')} ${problem}`
  }

  #shown(path: string): string {
    return relative(this.#directories.workspace, path) || '.'
  }
}
