import { realpath, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type RenderedCache, renderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { buildOverlay, isAny, type Kustomize, throwIfAny } from './build.ts'
import type { RenderInputs } from './deps.ts'
import { copySources } from './sandbox/copy.ts'
import { kustomizationFiles, resolvePath } from './sandbox/resolve-path.ts'
import { problemsOf } from './validate.ts'

export type { Kustomize }

const mostWarnings = 20

export interface RenderDeps {
  kustomize: Kustomize
  log(line: string): void
}

export interface RenderPlaces {
  /** A private directory of this run. */
  temporary: string
  /** The checkout of the user's repository. */
  workspace: string
  /** The manifests of this action. */
  manifests: string
}

export interface Rendered {
  /** Path of the one file with all documents. */
  manifest: string
  cache: RenderedCache
  program: string
}

/**
 * Renders the manifests of an environment and makes all checks that need no cluster.
 * @throws Failure invalid-input, render-failed, invalid-manifest
 */
export async function render(inputs: RenderInputs, places: RenderPlaces, deps: RenderDeps): Promise<Rendered> {
  const temporary = await realpath(places.temporary)
  const copy = join(temporary, 'workspace')
  const base = await baseDirectory(inputs, places, copy)
  const built = buildOverlay(base, inputs, temporary, deps.kustomize)
  const {
    manifest: text,
    warnings,
    program,
    documents
  } = await built.catch((error: unknown) => {
    throw error instanceof Failure ? inTermsOfTheWorkspace(error, copy) : error
  })
  for (const warning of linesOf(warnings)) deps.log(`${program} warns: ${sanitizeLine(warning)}`)
  const cache = renderedCache(documents)
  throwIfAny(problemsOf(cache, inputs.namespace, inputs.adjustments), isAny(inputs.adjustments))

  const manifest = join(places.temporary, 'manifest.yaml')
  await writeFile(manifest, text, { mode: 0o600 })
  return { manifest, cache, program }
}

/** Each line once: kustomize repeats a message for each directory that it concerns. */
function linesOf(text: string): string[] {
  return [...new Set(text.split('\n').filter((line) => line.trim() !== ''))].slice(0, mostWarnings)
}

/** The output of kustomize about the copy, with the original paths. */
function inTermsOfTheWorkspace({ code, message, hint, evidence, cause }: Failure, copy: string): Failure {
  const known = (text: string) => text.replaceAll(`${copy}/`, '')
  const texts = evidence.map(({ title, text }) => ({ title, text: known(text) }))
  return new Failure(code, known(message), hint, texts, cause)
}

/** The directory to build on: one of the action, or the copy of one in the workspace. */
async function baseDirectory(inputs: RenderInputs, places: RenderPlaces, copy: string): Promise<string> {
  const { manifests, environment, allowRemoteBases } = inputs
  if (manifests === undefined) return realpath(join(places.manifests, 'overlays', environment))
  const workspace = await realpath(places.workspace)
  const found = await resolvePath(relative(workspace, resolve(workspace, manifests)) || '.', workspace, workspace)
  if (typeof found === 'string') {
    const missing = found === 'does not exist'
    const problem = missing ? 'does not exist in the workspace' : found
    throw refusal(manifests, problem, missing ? 'check out first' : 'keep the manifests in the repository')
  }
  if (!found.isDirectory || (await kustomizationFiles(found.path)).length === 0) {
    const overlay = join('overlays', environment)
    const hint =
      (await kustomizationFiles(join(found.path, overlay))).length > 0
        ? `set manifests: ${join(manifests, overlay)}`
        : 'name a directory that holds a kustomization.yaml'
    throw refusal(manifests, 'holds no kustomization.yaml', hint)
  }
  return copySources(found.path, { workspace, copy }, allowRemoteBases)
}

function refusal(manifests: string, problem: string, hint: string): Failure {
  return new Failure('invalid-input', `manifests: ${JSON.stringify(manifests)} ${problem}`, hint)
}
