import { mkdir, realpath, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { type ManifestDocument, parseManifest, toYaml } from '../manifest.ts'
import type { Topology } from '../result.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { redisStatefulSet } from '../workload.ts'
import { problemsOf } from './checks.ts'
import type { RenderInputs } from './inputs.ts'
import { overlay } from './overlay.ts'

/** Turns a kustomization directory into one text of YAML documents. */
export interface Kustomize {
  build(directory: string): Promise<{ manifest: string; warnings: string; program: string }>
}

export interface RenderPorts {
  kustomize: Kustomize
  log(line: string): void
}

export interface RenderPlaces {
  /** A private directory of this run. */
  temporary: string
  /** Where the user's repository is checked out. */
  workspace: string
  /** The manifests that the action brings. */
  manifests: string
}

export interface Rendered {
  /** Path of the one file with all documents. */
  manifest: string
  documents: ManifestDocument[]
  topology: Topology
  program: string
}

/**
 * Renders the manifests of an environment and checks all that needs no cluster.
 * @throws Failure invalid-input, render-failed, invalid-manifest
 */
export async function render(inputs: RenderInputs, places: RenderPlaces, ports: RenderPorts): Promise<Rendered> {
  const base = await kustomizationDirectory(inputs, places)
  const directory = join(await realpath(places.temporary), 'overlay')
  await mkdir(directory)
  const files = overlay(relative(directory, base), inputs.namespace, inputs.adjustments)
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), toYaml(content))

  const { manifest: text, warnings, program } = await ports.kustomize.build(directory)
  for (const warning of warnings.split('\n').filter((line) => line.trim() !== '')) {
    ports.log(`${program} warns: ${harmlessLine(warning)}`)
  }
  const documents = parseManifest(text)
  const problems = problemsOf(documents, inputs.namespace, inputs.adjustments)
  if (problems.length > 0) throw problemsFailure(problems, inputs)

  const manifest = join(places.temporary, 'manifest.yaml')
  await writeFile(manifest, text, { mode: 0o600 })
  const topology = redisStatefulSet(documents) === undefined ? 'managed' : 'self-hosted'
  return { manifest, documents, topology, program }
}

function problemsFailure(problems: string[], { adjustments }: RenderInputs): Failure {
  const adjusted = Object.keys(adjustments).length > 0
  return new Failure(
    adjusted ? 'invalid-input' : 'invalid-manifest',
    problems.map((problem) => harmlessLine(problem)).join('. '),
    adjusted ? 'correct the inputs under `with:`, or the manifests' : 'correct the manifests'
  )
}

/** The directory to render; one outside the workspace is refused, also behind a symbolic link. */
async function kustomizationDirectory(inputs: RenderInputs, places: RenderPlaces): Promise<string> {
  if (inputs.manifests === undefined) return realpath(join(places.manifests, 'overlays', inputs.environment))
  const workspace = await realpath(places.workspace)
  const directory = await realpath(resolve(workspace, inputs.manifests)).catch(() => undefined)
  if (directory === undefined) throw refusal(inputs.manifests, 'does not exist in the workspace', 'check out first')
  const path = relative(workspace, directory)
  if (path.startsWith('..') || isAbsolute(path)) {
    throw refusal(inputs.manifests, 'is outside the workspace', 'keep the manifests in the repository')
  }
  if (await isKustomization(directory)) return directory
  const hint = (await isKustomization(join(directory, 'overlays', inputs.environment)))
    ? `set manifests: ${join(inputs.manifests, 'overlays', inputs.environment)}`
    : 'name a directory that holds a kustomization.yaml'
  throw refusal(inputs.manifests, 'holds no kustomization.yaml', hint)
}

async function isKustomization(directory: string): Promise<boolean> {
  const files = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
  const found = await Promise.all(
    files.map((file) =>
      stat(join(directory, file)).then(
        () => true,
        () => false
      )
    )
  )
  return found.includes(true)
}

function refusal(manifests: string, problem: string, hint: string): Failure {
  return new Failure('invalid-input', `manifests: ${JSON.stringify(manifests)} ${problem}`, hint)
}
