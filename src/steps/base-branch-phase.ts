import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { GitError, repositoryOf } from '../clients/git/git.ts'
import { runCommand } from '../clients/runner/command.ts'
import { Failure } from '../core/failure.ts'
import { sanitizeLine } from '../core/sanitize.ts'
import { filesBelow, refsOf } from '../phases/render/base-branch.ts'
import type { RenderInputs } from '../phases/render/deps.ts'
import { renderUnchecked } from '../phases/render/render.ts'
import { noteInto } from './findings.ts'
import type { BaseInputs } from './inputs/render.ts'
import { localKustomize } from './render-phase.ts'
import type { StepContext } from './step.ts'

/**
 * Renders the manifests at the merge base with another branch, with the same inputs, into a file that becomes the
 * output `base`. Problems are reported and fail nothing: a plan works without it.
 */
export async function basePhase({ branch }: BaseInputs, inputs: RenderInputs, step: StepContext): Promise<void> {
  const { result, runner, signal, log, phase } = step
  const { manifests } = inputs
  const note = (reason: string) => noteInto(result, log)(`Nothing was compared: ${reason}`)
  if (manifests === undefined) return note('the manifests of the action are the same on every branch.')
  if (branch === undefined)
    return note('this run does not belong to a pull request, and the input `base-ref` is empty.')
  await phase('base', `manifests of ${inputs.environment} on ${branch}`, async () => {
    const base = await renderBase(branch, { ...inputs, manifests }, step).catch(whyNot(branch, signal))
    if (typeof base === 'string') {
      note(base)
      return 'nothing to compare with'
    }
    runner.output('base', base.manifest)
    return base.sentence
  })
}

/** @returns why there is nothing to compare with, if so */
async function renderBase(
  branch: string,
  inputs: RenderInputs & { manifests: string },
  step: StepContext
): Promise<{ manifest: string; sentence: string } | string> {
  const { temporary, signal, log } = step
  const workspace = await realpath(process.env['GITHUB_WORKSPACE'] || process.cwd())
  const directory = await realpath(resolve(workspace, inputs.manifests))
  const git = { run: runCommand, path: process.env['PATH'] ?? '', signal }
  const repository = await repositoryOf(directory, workspace, git)
  if (repository === undefined) return `${inputs.manifests} is not in a git checkout.`
  const tip = await repository.commitOf(refsOf(branch))
  if (tip === undefined) {
    return `branch ${branch} is not in the checkout. Add \`fetch-depth: 0\` under \`with:\` of actions/checkout.`
  }
  const commit = (await repository.sharedWith(tip)) ?? tip
  const path = relative(repository.root, directory)
  const files = await filesBelow(path, {
    list: (paths) => repository.list(commit, paths),
    read: (wanted) => repository.read(wanted.map(({ id }) => id))
  })
  const folder = join(temporary, 'base')
  const tree = join(folder, 'tree')
  await mkdir(tree, { recursive: true })
  const name = `${branch} at ${commit.slice(0, 7)}`
  if (files.size === 0) {
    const manifest = join(folder, 'manifest.yaml')
    await writeFile(manifest, '')
    return { manifest, sentence: sanitizeLine(`${name} has no ${path}, so everything is new`) }
  }
  await writeFiles(files, join(tree, relative(workspace, repository.root)))
  const { manifest, count } = await renderUnchecked(
    { ...inputs, manifests: relative(workspace, directory) || '.' },
    { temporary: folder, workspace: tree, manifests: '' },
    { kustomize: localKustomize(step), log }
  )
  return { manifest, sentence: `${count} ${count === 1 ? 'object' : 'objects'} of ${name}` }
}

async function writeFiles(files: ReadonlyMap<string, Buffer>, root: string): Promise<void> {
  for (const [path, content] of files) {
    const file = join(root, path)
    await mkdir(dirname(file), { recursive: true })
    // Never over an existing file: two names may be equal on a case-insensitive file system.
    await writeFile(file, content, { mode: 0o600, flag: 'wx' })
  }
}

function whyNot(branch: string, signal: AbortSignal): (error: unknown) => string {
  return (error) => {
    signal.throwIfAborted()
    if (error instanceof GitError) return `git cannot read branch ${branch}: ${sanitizeLine(error.message)}.`
    if (error instanceof Failure) return `branch ${branch} cannot be rendered: ${sanitizeLine(error.message)}.`
    throw error
  }
}
