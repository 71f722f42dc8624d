import { readFile } from 'node:fs/promises'
import { parseManifest } from '../core/manifest.ts'
import { type RenderedCache, renderedCache } from '../core/rendered-cache/rendered-cache.ts'
import { applyPhase } from './apply-phase.ts'
import { type Target, withTarget } from './cluster-session.ts'
import { tellLeftovers, tellStoredAddress } from './findings.ts'
import { type DeployInputs, readDeployInputs } from './inputs/deploy.ts'
import { inputsFrom } from './inputs/reader.ts'
import { refuseInputsWithoutEffect } from './inputs/unused.ts'
import { connectionPhase, elasticachePhase, secretPhase } from './managed-phases.ts'
import { clientPlanPhase, planPhase } from './plan-phase.ts'
import { probePhase, rolloutPhase } from './self-hosted-phases.ts'
import { type Program, runProgram } from './step.ts'

// Applies the manifest and proves that the cache works, or plans that; holds the kubeconfig and the AWS environment.
await runProgram('deploy', async (program) => {
  const source = inputsFrom(process.env)
  // Masked before anything is said about the inputs, also if they are wrong.
  program.redaction.add(source('redis-password'))
  const inputs = readDeployInputs(source)
  const cache = renderedCache(parseManifest(await readFile(source('manifest'), 'utf8')))
  refuseInputsWithoutEffect(inputs, cache)

  // Before the kubeconfig is read: no cluster is asked.
  if (inputs.dryRun === 'client') return clientPlanPhase(cache.documents, source('base'), program)
  const isPlan = inputs.dryRun === 'server'
  const role = isPlan ? 'rbac-planner' : cache.topology === 'managed' ? 'rbac-managed' : 'rbac'
  await withTarget({ ...inputs, role }, program, async (target) => {
    if (isPlan) await planPhase(cache, inputs, target, program)
    else await deploy(cache, inputs, target, program)
  })
})

async function deploy(cache: RenderedCache, inputs: DeployInputs, target: Target, program: Program): Promise<void> {
  const written = await applyPhase(cache.documents, inputs, target, program)
  const { redis } = cache
  if (redis !== undefined && written !== undefined) {
    await rolloutPhase(inputs.recover, target, program)
    const { probeFrom = 'runner' } = inputs
    const { password } = written
    if (probeFrom !== 'none') await probePhase(redis, { ...inputs, password }, target, program)
    if (probeFrom !== 'runner') await connectionPhase(cache, inputs, written, target, program)
    // From the cluster, Redis was asked where applications find it.
    if (probeFrom !== 'cluster') tellStoredAddress(written, cache, target, program)
    return
  }
  const credentials = await secretPhase(cache, true, target, program)
  await elasticachePhase(inputs, credentials, program)
  await tellLeftovers(cache.documents, target, program)
  await connectionPhase(cache, inputs, credentials, target, program)
}
