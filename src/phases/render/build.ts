import { mkdtemp, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type ManifestDocument, parseManifest } from '../../core/manifest.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { Adjustments, RenderInputs } from './deps.ts'
import { overlay } from './overlay.ts'
import { mayBeAdded, patchTargetProblems } from './patch-targets.ts'
import { toPlainYaml } from './sandbox/fields.ts'

/** Renders a kustomization directory into one text of YAML documents. */
export interface Kustomize {
  /** @param allowRemote whether it may download what a kustomization refers to */
  build(directory: string, allowRemote: boolean): Promise<Built>
}

interface Built {
  manifest: string
  warnings: string
  program: string
}

/**
 * Builds an overlay on the manifests that sets the namespace and patches the adjustments. kustomize reports a patch
 * without a target as an error in our overlay, or adds a container; where that is possible, the manifests are built
 * once more without patches.
 * @param base the directory of the manifests
 * @throws Failure render-failed; invalid-manifest; invalid-input if the manifests have no target for an input
 */
export async function buildOverlay(
  base: string,
  inputs: RenderInputs,
  temporary: string,
  kustomize: Kustomize
): Promise<Built & { documents: ManifestDocument[] }> {
  const { namespace, adjustments, allowRemoteBases } = inputs
  const build = async (wanted: Adjustments) => {
    const directory = await mkdtemp(join(temporary, 'overlay-'))
    const files = overlay(relative(directory, base), namespace, wanted)
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), toPlainYaml(content))
    return kustomize.build(directory, allowRemoteBases)
  }
  const checkPlaces = ({ manifest }: Built) =>
    throwIfAny(patchTargetProblems(parseManifest(manifest), adjustments), true)
  const built = await build(adjustments).catch(async (error: unknown) => {
    const unpatched = isRefusal(error) && isAny(adjustments) ? await build({}).catch(() => undefined) : undefined
    if (unpatched !== undefined) checkPlaces(unpatched)
    throw error
  })
  const documents = parseManifest(built.manifest)
  if (mayBeAdded(documents, adjustments)) checkPlaces(await build({}))
  return { ...built, documents }
}

/** @throws Failure if there are problems */
export function throwIfAny(problems: readonly string[], isAdjusted: boolean): void {
  if (problems.length === 0) return
  throw new Failure(
    isAdjusted ? 'invalid-input' : 'invalid-manifest',
    sanitizeLine(problems.join('. '), 2_000),
    isAdjusted ? 'correct the inputs under `with:`, or the manifests' : 'correct the manifests'
  )
}

export function isAny(adjustments: Adjustments): boolean {
  return Object.keys(adjustments).length > 0
}

/** Whether kustomize ended by itself, so that a second run would end soon as well. */
function isRefusal(error: unknown): boolean {
  return error instanceof Failure && / ended with exit code \d/.test(error.message)
}
