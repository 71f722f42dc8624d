import { join } from 'node:path'
import { inputsFrom } from '../inputs.ts'
import { objectId } from '../kubernetes-object.ts'
import { kustomizeBuild } from '../kustomize/kustomize.ts'
import { readRenderInputs } from '../render/inputs.ts'
import { render } from '../render/render.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { runProgram } from './program.ts'

// Renders the manifests; holds no credentials.
await runProgram('render', async ({ result, runner, temporary, log, phase }) => {
  const inputs = readRenderInputs(inputsFrom(process.env))
  Object.assign(result, { environment: inputs.environment, namespace: inputs.namespace })
  await phase('render', `manifests of ${inputs.environment}`, async () => {
    const places = {
      temporary,
      workspace: process.env['GITHUB_WORKSPACE'] || process.cwd(),
      // dist/render/index.js stands two folders below the manifests' parent.
      manifests: join(import.meta.dirname, '..', '..', 'manifests')
    }
    const kustomize = { build: (directory: string) => kustomizeBuild(directory, log) }
    const { manifest, documents, topology, program } = await render(inputs, places, { kustomize, log })
    for (const { object } of documents) log(harmlessLine(objectId(object)))
    result.topology = topology
    runner.output('manifest', manifest)
    runner.output('topology', topology)
    const count = `${documents.length} ${documents.length === 1 ? 'object' : 'objects'}`
    return `${count} by ${program}, ${topology} topology`
  })
})
