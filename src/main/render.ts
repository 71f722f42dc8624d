import { inputsFrom } from '../inputs.ts'
import { readRenderInputs } from '../render/inputs.ts'
import { basePhase } from './base.ts'
import { readBaseInputs } from './base-inputs.ts'
import { readCommentMode } from './comment-mode.ts'
import { runProgram } from './program.ts'
import { renderPhase } from './render-phase.ts'

// Renders the manifests; holds no credentials.
await runProgram('render', async (program) => {
  const source = inputsFrom(process.env)
  const inputs = readRenderInputs(source)
  const base = readBaseInputs(source, process.env['GITHUB_BASE_REF'] ?? '')
  // Of the last step; a mistake is told before anything is done.
  readCommentMode(source)
  await renderPhase(inputs, program)
  if (base.isWanted) await basePhase(base, inputs, program)
})
