import { isMarkable } from '../phases/comment/marker.ts'
import { environments } from '../phases/render/deps.ts'
import { basePhase } from './base-branch-phase.ts'
import { type InputSource, inputsFrom } from './inputs/reader.ts'
import { readBaseInputs, readCommentMode, readRenderInputs } from './inputs/render.ts'
import { renderPhase } from './render-phase.ts'
import { runStep } from './step.ts'

// Renders the manifests; holds no credentials.
await runStep('render', async (step) => {
  const source = inputsFrom(process.env)
  Object.assign(step.result, knownEnvironment(source))
  const inputs = readRenderInputs(source)
  const base = readBaseInputs(source, process.env['GITHUB_BASE_REF'] ?? '')
  // An input of the last step; a mistake is reported before anything is done.
  readCommentMode(source)
  await renderPhase(inputs, step)
  if (base.isWanted) await basePhase(base, inputs, step)
})

/**
 * The environment, if its name is valid, even if other inputs are not: the comment of that environment then reports
 * them. An invalid name would get its own comment, which no later run would update.
 */
function knownEnvironment(source: InputSource): { environment?: string } {
  const environment = source('environment')
  const isOurs = environments.some((known) => known === environment)
  return isOurs || (source('manifests') !== '' && isMarkable(environment)) ? { environment } : {}
}
