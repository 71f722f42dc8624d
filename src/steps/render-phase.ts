import { join } from 'node:path'
import { kustomizeBuild } from '../clients/kustomize/kustomize.ts'
import { runCommand } from '../clients/runner/command.ts'
import { objectId } from '../core/kubernetes/object.ts'
import { sanitizeLine } from '../core/sanitize.ts'
import type { RenderInputs } from '../phases/render/deps.ts'
import { type Kustomize, type Rendered, render } from '../phases/render/render.ts'
import { storageNote } from '../phases/render/validate-storage.ts'
import { noteInto } from './findings.ts'
import type { StepContext } from './step.ts'

/** Renders the manifests of an environment into one file, which becomes the output `manifest`. */
export async function renderPhase(inputs: RenderInputs, step: StepContext): Promise<Rendered> {
  const { result, runner, temporary, log, phase } = step
  Object.assign(result, { environment: inputs.environment, namespace: inputs.namespace })
  const directories = {
    temporary,
    workspace: process.env['GITHUB_WORKSPACE'] || process.cwd(),
    // dist/render/index.js is two folders below the manifests' parent.
    manifests: join(import.meta.dirname, '..', '..', 'manifests')
  }
  let rendered: Rendered | undefined
  await phase('render', `manifests of ${inputs.environment}`, async () => {
    rendered = await render(inputs, directories, { kustomize: localKustomize(step), log })
    const { manifest, program: name } = rendered
    const { documents, topology, redis } = rendered.cache
    for (const { object } of documents) log(sanitizeLine(objectId(object)))
    result.topology = topology
    const note = redis && storageNote(redis)
    if (note !== undefined) noteInto(result, log)(note)
    runner.output('manifest', manifest)
    runner.output('topology', topology)
    const count = `${documents.length} ${documents.length === 1 ? 'object' : 'objects'}`
    return `${count} by ${name}, ${topology} topology`
  })
  if (rendered === undefined) throw new Error('the phase ended without documents')
  return rendered
}

/** The kustomize of this machine, which ends with the program and may take a minute at most. */
export function localKustomize({ signal, log }: StepContext): Kustomize {
  const options = { run: runCommand, environment: process.env, timeoutMilliseconds: 60_000, signal, log }
  return { build: (directory, allowRemote) => kustomizeBuild(directory, { ...options, allowRemote }) }
}
