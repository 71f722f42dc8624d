import { readFile } from 'node:fs/promises'
import { parseManifest } from '../core/manifest.ts'
import { type RenderedCache, renderedCache } from '../core/rendered-cache/rendered-cache.ts'
import { storedService } from '../phases/apply/credentials.ts'
import { applyPhase } from './apply-phase.ts'
import { type ClusterSession, withClusterSession } from './cluster-session.ts'
import { dataPhase } from './data-phase.ts'
import { reportLeftovers, reportPortForward, reportStoredAddress } from './findings.ts'
import { guardPhase } from './guard-phase.ts'
import { type DeployInputs, readDeployInputs } from './inputs/deploy.ts'
import { inputsFrom } from './inputs/reader.ts'
import { refuseInputsWithoutEffect } from './inputs/unused.ts'
import { connectionPhase, elasticachePhase, secretPhase } from './managed-phases.ts'
import { clientPlanPhase, type Planned, planPhase } from './plan-phase.ts'
import { preparePhase } from './prepare-phase.ts'
import { rehearsePhase } from './rehearse-phase.ts'
import { askWhileItServes, lastLookAt, probePhase, rolloutPhase, servicePhase } from './self-hosted-phases.ts'
import { runStep, type StepContext } from './step.ts'

// Applies the manifest and proves that the cache works, or plans that; holds the kubeconfig and the AWS environment.
await runStep('deploy', async (step) => {
  const source = inputsFrom(process.env)
  // Masked before anything is logged about the inputs, even if they are invalid.
  step.redactor.add(source('redis-password'))
  const inputs = readDeployInputs(source)
  const cache = renderedCache(parseManifest(await readFile(source('manifest'), 'utf8')))
  refuseInputsWithoutEffect(inputs, cache)

  // Before the kubeconfig is read: no request is made to a cluster.
  if (inputs.dryRun === 'client') return clientPlanPhase(cache.documents, source('base'), step)
  const isPlan = inputs.dryRun === 'server'
  const role = isPlan ? 'rbac-planner' : cache.topology === 'managed' ? 'rbac-managed' : 'rbac'
  await withClusterSession({ ...inputs, role }, step, async (session) => {
    const planned = await planPhase(cache, inputs, session, step)
    if (!isPlan) await deploy(cache, planned, inputs, session, step)
  })
})

async function deploy(
  cache: RenderedCache,
  { trial, states }: Planned,
  inputs: DeployInputs,
  session: ClusterSession,
  step: StepContext
): Promise<void> {
  const guarded = cache.redis === undefined ? undefined : await guardPhase(states, inputs.acceptDataLoss, session, step)
  if (inputs.rehearse) await rehearsePhase(states, guarded, session, step)
  const prepared = await preparePhase(guarded, inputs.acceptDataLoss, session, step)
  const written = await applyPhase(trial, inputs, session, step).catch(async (error: unknown) => {
    const isWritten = step.result.objects?.some(({ change }) => change !== 'unchanged')
    if (!isWritten) await prepared?.undo().catch(() => {})
    throw error
  })
  const { redis } = cache
  if (redis !== undefined && written !== undefined) {
    const pod = await rolloutPhase(cache, inputs.recover, session, step)
    const service = storedService(written, session.namespace, cache.services)
    const { probeFrom = 'runner' } = inputs
    await askWhileItServes(pod, session, step, async () => {
      if (prepared !== undefined) await dataPhase(prepared, written, session, step)
      if (service !== undefined) await servicePhase(service, pod, session, step)
      const runId =
        probeFrom === 'none'
          ? undefined
          : await probePhase(redis, { ...inputs, credentials: written, mayWrite: true }, session, step)
      if (probeFrom !== 'runner') {
        await connectionPhase(cache, { ...inputs, runId, mayWrite: true }, written, session, step)
      }
    })
    // From the cluster, Redis was probed at the address that applications use.
    if (probeFrom !== 'cluster') await reportStoredAddress(written, cache, session, step)
    if (probeFrom === 'runner') reportPortForward(step)
    if (probeFrom !== 'none') await lastLookAt(pod, session, step)
    return
  }
  const credentials = await secretPhase(cache, true, session, step)
  await elasticachePhase(inputs, credentials, step)
  await reportLeftovers(cache.documents, session, step)
  await connectionPhase(cache, { ...inputs, mayWrite: true }, credentials, session, step)
}
