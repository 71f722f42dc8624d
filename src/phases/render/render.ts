import { realpath, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type RenderedCache, renderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { buildOverlay, isAny, type Kustomize, throwIfAny } from './build.ts'
import type { RenderInputs } from './deps.ts'
import { copySources } from './sandbox/copy.ts'
import { kustomizationFiles, resolvePath } from './sandbox/resolve-path.ts'
import { adjustmentProblems, manifestProblems } from './validate.ts'

export type { Kustomize }

const mostWarnings = 20

export interface RenderDeps {
  kustomize: Kustomize
  log(line: string): void
}

export interface RenderDirectories {
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
export async function render(
  inputs: RenderInputs,
  directories: RenderDirectories,
  deps: RenderDeps
): Promise<Rendered> {
  const { manifest: text, documents, program } = await build(inputs, directories, deps)
  const cache = renderedCache(documents)
  const ofInputs = adjustmentProblems(cache, inputs.adjustments)
  const problems = [...manifestProblems(cache, inputs.namespace), ...ofInputs]
  throwIfAny(problems, isAny(inputs.adjustments) && ofInputs.length > 0)
  return { manifest: await writeManifest(text, directories), cache, program }
}

/**
 * Renders manifests that others are compared with. What they are used for is not checked: a change may mend them.
 * @returns the path of the one file with all documents, and how many there are
 * @throws Failure invalid-input, render-failed, invalid-manifest
 */
export async function renderUnchecked(
  inputs: RenderInputs,
  directories: RenderDirectories,
  deps: RenderDeps
): Promise<{ manifest: string; count: number }> {
  const { manifest: text, documents } = await build(inputs, directories, deps)
  return { manifest: await writeManifest(text, directories), count: documents.length }
}

async function build(inputs: RenderInputs, directories: RenderDirectories, deps: RenderDeps) {
  const temporary = await realpath(directories.temporary)
  const copy = join(temporary, 'workspace')
  const base = await baseDirectory(inputs, directories, copy)
  const built = buildOverlay(base, inputs, temporary, deps.kustomize)
  const result = await built.catch((error: unknown) => {
    throw error instanceof Failure ? inTermsOfTheWorkspace(error, copy) : error
  })
  for (const warning of linesOf(result.warnings)) deps.log(`${result.program} warns: ${sanitizeLine(warning)}`)
  return result
}

async function writeManifest(text: string, { temporary }: RenderDirectories): Promise<string> {
  const manifest = join(temporary, 'manifest.yaml')
  await writeFile(manifest, text, { mode: 0o600 })
  return manifest
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

/** The directory to build on: one of the action, or the copy of one of the workspace. */
async function baseDirectory(inputs: RenderInputs, directories: RenderDirectories, copy: string): Promise<string> {
  const { manifests, environment, allowRemoteBases } = inputs
  if (manifests === undefined) return realpath(join(directories.manifests, 'overlays', environment))
  const workspace = await realpath(directories.workspace)
  const found = await resolvePath(relative(workspace, resolve(workspace, manifests)) || '.', workspace, workspace)
  if (typeof found === 'string') {
    const missing = found === 'does not exist'
    const problem = missing ? 'does not exist in the workspace' : found
    throw manifestsFailure(manifests, problem, missing ? 'check out first' : 'keep the manifests in the repository')
  }
  if (!found.isDirectory || (await kustomizationFiles(found.path)).length === 0) {
    const overlay = join('overlays', environment)
    const hint =
      (await kustomizationFiles(join(found.path, overlay))).length > 0
        ? `set manifests: ${join(manifests, overlay)}`
        : 'name a directory that holds a kustomization.yaml'
    throw manifestsFailure(manifests, 'holds no kustomization.yaml', hint)
  }
  return copySources(found.path, { workspace, copy }, allowRemoteBases)
}

function manifestsFailure(manifests: string, problem: string, hint: string): Failure {
  return new Failure('invalid-input', `manifests: ${JSON.stringify(manifests)} ${problem}`, hint)
}
