import { combinedFailure, Failure } from '../core/failure.ts'
import { objectId } from '../core/kubernetes/object.ts'
import { names } from '../core/kubernetes/workload.ts'
import type { ManifestDocument } from '../core/manifest.ts'
import type { RenderedCache, RenderedRedis } from '../core/rendered-cache/rendered-cache.ts'
import { readCredentials, storedService } from '../phases/apply/credentials.ts'
import { storedAddressFailure } from '../phases/apply/stored-address.ts'
import { runOf } from '../phases/report/verdict.ts'
import { type ClusterSession, withClusterSession } from './cluster-session.ts'
import { type DriftFound, driftPhase } from './drift-phase.ts'
import { noteInto, reportLeftovers, reportPortForward, reportStoredAddress } from './findings.ts'
import { inputsFrom } from './inputs/reader.ts'
import { refuseInputsWithoutEffect } from './inputs/unused.ts'
import { readVerifyInputs, type VerifyInputs } from './inputs/verify.ts'
import { connectionPhase, elasticachePhase, secretPhase } from './managed-phases.ts'
import { publish } from './publish-report.ts'
import { renderPhase } from './render-phase.ts'
import { askWhileItServes, healthPhase, lastLookAt, probePhase, servicePhase } from './self-hosted-phases.ts'
import { runStep, type StepContext } from './step.ts'

// Verifies with reads alone that the deployment is healthy and as rendered; holds the kubeconfig and the AWS
// environment.
await runStep('verify', verify, async (result, runner, temporary) =>
  publish(runOf([{ name: 'verify', outcome: 'success', result }]), runner, temporary)
)

async function verify(step: StepContext): Promise<void> {
  step.result.mode = 'verify'
  const inputs = readVerifyInputs(inputsFrom(process.env))
  const { cache } = await renderPhase(inputs.render, step)
  const { documents, redis, externalSecret } = cache
  refuseInputsWithoutEffect(
    { ...inputs, redisPassword: undefined, redisImage: undefined, rehearse: true, acceptDataLoss: new Set() },
    cache
  )
  await withClusterSession({ ...inputs, role: 'rbac-reader' }, step, async (session) => {
    const found = await driftPhase(documents, session, step)
    const { drift } = found
    if (drift !== undefined && isMissing(redis?.statefulSet ?? externalSecret, drift.missing)) throw drift
    try {
      if (redis === undefined) await verifyManaged(cache, inputs, session, step)
      else await verifySelfHosted(cache, redis, found, inputs, session, step)
    } catch (error) {
      throw drift === undefined ? error : combinedFailure([drift, error])
    }
    if (drift !== undefined) throw drift
  })
}

/** Whether the object that runs the cache is missing, so that nothing is left to verify. */
function isMissing(document: ManifestDocument | undefined, missing: readonly string[]): boolean {
  return document !== undefined && missing.includes(objectId(document.object))
}

async function verifySelfHosted(
  cache: RenderedCache,
  redis: RenderedRedis,
  { secret, drift }: DriftFound,
  { probeFrom = 'runner', memoryThresholdPercent }: VerifyInputs,
  session: ClusterSession,
  step: StepContext
): Promise<void> {
  const { namespace } = session
  const pod = await healthPhase(cache, session, step)
  if (secret === undefined) throw noSecretFailure(namespace)
  const credentials = readCredentials(secret, namespace, cache.credentialsSecret !== undefined)
  const unreachable = storedAddressFailure(credentials, cache, namespace)
  if (unreachable !== undefined) throw unreachable
  await reportStoredAddress(credentials, cache, session, step)
  const service = storedService(credentials, namespace, cache.services)
  // One that is gone or leads elsewhere is told as that; its endpoints would be waited for in vain.
  const isTold = service !== undefined && drift?.differing.includes(`Service/${service.service}`)
  await askWhileItServes(pod, session, step, async () => {
    if (service !== undefined && !isTold) await servicePhase(service, pod, session, step)
    if (probeFrom === 'none') return noteInto(step.result, step.log)('Redis was not probed: `probe-from` is `none`.')
    await probePhase(redis, { credentials, memoryThresholdPercent, mayWrite: false }, session, step)
  })
  if (probeFrom === 'none') return
  reportPortForward(step)
  await lastLookAt(pod, session, step)
}

async function verifyManaged(
  cache: RenderedCache,
  inputs: VerifyInputs,
  session: ClusterSession,
  step: StepContext
): Promise<void> {
  const credentials = await secretPhase(cache, false, session, step)
  await elasticachePhase(inputs, credentials, step)
  await reportLeftovers(cache.documents, session, step)
  // Probing from the cluster would create a pod.
  const { probeFrom = 'none' } = inputs
  await connectionPhase(cache, { ...inputs, probeFrom, mayWrite: false }, credentials, session, step)
}

function noSecretFailure(namespace: string): Failure {
  return new Failure(
    'secret-missing',
    `Secret/${names.credentials} is missing in namespace ${namespace}: applications cannot find Redis, and its pod could not restart`,
    'deploy again, which writes the input `redis-password` or generates a new password'
  )
}
