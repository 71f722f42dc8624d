import { readFile } from 'node:fs/promises'
import { inputsFrom } from '../inputs.ts'
import { type ManifestDocument, parseManifest } from '../manifest.ts'
import { redisStatefulSet } from '../workload.ts'
import { applyPhase } from './apply.ts'
import { clientPlanPhase } from './client-plan.ts'
import { connectionPhase } from './connection.ts'
import { type DeployInputs, readDeployInputs, refuseInputsWithoutEffect } from './deploy-inputs.ts'
import { tellLeftovers } from './leftovers.ts'
import { elasticachePhase, secretPhase } from './managed.ts'
import { planPhase } from './plan.ts'
import { type Program, runProgram } from './program.ts'
import { probePhase, rolloutPhase } from './self-hosted.ts'
import { tellStoredAddress } from './stored-address.ts'
import { type Target, withTarget } from './target.ts'

// Applies the manifest and proves that the cache works, or plans that; holds the kubeconfig and the AWS environment.
await runProgram('deploy', async (program) => {
  const source = inputsFrom(process.env)
  // Masked before anything is said about the inputs, also if they are wrong.
  program.redaction.add(source('redis-password'))
  const inputs = readDeployInputs(source)
  const documents = parseManifest(await readFile(source('manifest'), 'utf8'))
  refuseInputsWithoutEffect(inputs, redisStatefulSet(documents) === undefined ? 'managed' : 'self-hosted', documents)

  // Before the kubeconfig is read: no cluster is asked.
  if (inputs.dryRun === 'client') return clientPlanPhase(documents, source('base'), program)
  const isPlan = inputs.dryRun === 'server'
  const role = isPlan ? 'rbac-planner' : redisStatefulSet(documents) === undefined ? 'rbac-managed' : 'rbac'
  await withTarget({ ...inputs, role }, program, async (target) => {
    if (isPlan) await planPhase(documents, inputs, target, program)
    else await deploy(documents, inputs, target, program)
  })
})

async function deploy(
  documents: readonly ManifestDocument[],
  inputs: DeployInputs,
  target: Target,
  program: Program
): Promise<void> {
  const written = await applyPhase(documents, inputs, target, program)
  const statefulSet = redisStatefulSet(documents)
  if (statefulSet !== undefined && written !== undefined) {
    await rolloutPhase(inputs.recover, target, program)
    const { probeFrom = 'runner' } = inputs
    const { password } = written
    if (probeFrom !== 'none') await probePhase(documents, statefulSet, { ...inputs, password }, target, program)
    if (probeFrom !== 'runner') await connectionPhase(documents, inputs, written, target, program)
    // From the cluster, Redis was asked where applications find it.
    if (probeFrom !== 'cluster') tellStoredAddress(written, documents, target, program)
    return
  }
  const credentials = await secretPhase(documents, true, target, program)
  await elasticachePhase(inputs, credentials, program)
  await tellLeftovers(documents, target, program)
  await connectionPhase(documents, inputs, credentials, target, program)
}
