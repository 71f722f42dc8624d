import { combined, Failure } from '../core/failure.ts'
import { objectId } from '../core/kubernetes/object.ts'
import { names } from '../core/kubernetes/workload.ts'
import type { ManifestDocument } from '../core/manifest.ts'
import type { RenderedCache, RenderedRedis } from '../core/rendered-cache/rendered-cache.ts'
import { readCredentials } from '../phases/apply/credentials.ts'
import { runOf } from '../phases/report/verdict.ts'
import { type Target, withTarget } from './cluster-session.ts'
import { type DriftFound, driftPhase } from './drift-phase.ts'
import { noteInto, tellLeftovers, tellStoredAddress } from './findings.ts'
import { inputsFrom } from './inputs/reader.ts'
import { refuseInputsWithoutEffect } from './inputs/unused.ts'
import { readVerifyInputs, type VerifyInputs } from './inputs/verify.ts'
import { connectionPhase, elasticachePhase, secretPhase } from './managed-phases.ts'
import { publish } from './publish-report.ts'
import { renderPhase } from './render-phase.ts'
import { healthPhase, probePhase } from './self-hosted-phases.ts'
import { type Program, runProgram } from './step.ts'

// Verifies by reading alone that what runs is healthy and as rendered; holds the kubeconfig and the AWS environment.
await runProgram('verify', verify, async (result, runner, temporary) =>
  publish(runOf([{ name: 'verify', outcome: 'success', result }]), runner, temporary)
)

async function verify(program: Program): Promise<void> {
  program.result.mode = 'verify'
  const inputs = readVerifyInputs(inputsFrom(process.env))
  const { cache } = await renderPhase(inputs.render, program)
  const { documents, redis, externalSecret } = cache
  refuseInputsWithoutEffect({ ...inputs, redisPassword: undefined, redisImage: undefined }, cache)
  await withTarget({ ...inputs, role: 'rbac-reader' }, program, async (target) => {
    const found = await driftPhase(documents, target, program)
    const { drift } = found
    if (drift !== undefined && isMissing(redis?.statefulSet ?? externalSecret, drift.missing)) throw drift
    try {
      if (redis === undefined) await verifyManaged(cache, inputs, target, program)
      else await verifySelfHosted(cache, redis, found, inputs, target, program)
    } catch (error) {
      throw drift === undefined ? error : combined([drift, error])
    }
    if (drift !== undefined) throw drift
  })
}

/** Whether what makes the cache is not there, so that nothing is left to be asked. */
function isMissing(document: ManifestDocument | undefined, missing: readonly string[]): boolean {
  return document !== undefined && missing.includes(objectId(document.object))
}

async function verifySelfHosted(
  cache: RenderedCache,
  redis: RenderedRedis,
  { secret }: DriftFound,
  { probeFrom = 'runner', memoryThresholdPercent }: VerifyInputs,
  target: Target,
  program: Program
): Promise<void> {
  const { namespace } = target
  await healthPhase(target, program)
  if (secret === undefined) throw withoutSecret(namespace)
  const credentials = readCredentials(secret, namespace, cache.credentialsSecret !== undefined)
  tellStoredAddress(credentials, cache, target, program)
  const { password } = credentials
  if (probeFrom === 'none') noteInto(program.result, program.log)('Redis was not asked: `probe-from` is `none`.')
  else await probePhase(redis, { password, memoryThresholdPercent }, target, program)
}

async function verifyManaged(
  cache: RenderedCache,
  inputs: VerifyInputs,
  target: Target,
  program: Program
): Promise<void> {
  const credentials = await secretPhase(cache, false, target, program)
  await elasticachePhase(inputs, credentials, program)
  await tellLeftovers(cache.documents, target, program)
  // To ask from the cluster would be to create a pod.
  const { probeFrom = 'none' } = inputs
  await connectionPhase(cache, { ...inputs, probeFrom }, credentials, target, program)
}

function withoutSecret(namespace: string): Failure {
  return new Failure(
    'secret-missing',
    `Secret/${names.credentials} is missing in namespace ${namespace}: applications do not find Redis, and its pod could not start again`,
    'deploy again: that writes the input `redis-password`, or generates a new password'
  )
}
