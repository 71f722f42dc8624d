import { type Credentials, credentialField, credentialFields, credentialsObject } from '../../core/credentials.ts'
import type { Deadline } from '../../core/deadline.ts'
import { Failure } from '../../core/failure.ts'
import { apiCall } from '../../core/kubernetes/api-call.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Check } from '../../core/result.ts'
import { changedKeys } from '../../core/secret-readers.ts'
import type { SecretDeps, SecretInputs } from './deps.ts'
import { readExternalSecret, readReports } from './sync/api-calls.ts'
import { secretMissingFailure } from './sync/failures.ts'
import { checkLastSync } from './sync/last-sync.ts'
import { remoteSecret } from './sync/status.ts'
import { syncNow } from './sync/sync.ts'
import { secretValuesOf } from './validate/fields.ts'
import { invalidSecretFailure, secretChecks, secretProblems } from './validate/validate-secret.ts'

export interface VerifiedSecret {
  credentials: Credentials
  /** Whether the values are proven to match AWS now. */
  fresh: boolean
  /** The keys that a sync of this run has changed. */
  changed: string[]
}

/**
 * Proves that the Secret with the credentials matches AWS now, if an ExternalSecret writes it, and that its keys are
 * valid.
 * @throws Failure secret-stale, external-secret-error, secret-missing, secret-field; or that of a request
 */
export async function verifySecret(
  inputs: SecretInputs,
  deadline: Deadline,
  deps: SecretDeps
): Promise<VerifiedSecret> {
  const { namespace, externalSecret } = inputs
  let before: KubernetesObject | undefined
  const keep = (stored: KubernetesObject | undefined) => {
    before = stored
  }
  const freshness =
    externalSecret === undefined ? notCompared : await freshnessCheck(externalSecret, inputs, deadline, deps, keep)
  report(freshness, deps)
  const secret = await readSecret(namespace, deps)
  if (secret === undefined) throw secretMissingFailure(namespace, externalSecret)
  for (const check of secretChecks(secret)) report(check, deps)
  const problems = secretProblems(secret)
  if (problems.length > 0)
    throw invalidSecretFailure(problems, namespace, externalSecret && remoteSecret(externalSecret))
  const fields = credentialFields.map((field) => [field, credentialField(secret, field)])
  return {
    credentials: Object.fromEntries(fields) as Credentials,
    fresh: freshness.relaxed !== true,
    changed: changedKeys(before, secret)
  }
}

const notCompared: Check = {
  name: 'synced with AWS',
  passed: true,
  relaxed: true,
  detail: `not compared: the manifests have no ExternalSecret for Secret/${names.credentials}`
}

async function freshnessCheck(
  externalSecret: KubernetesObject,
  { namespace, force }: SecretInputs,
  deadline: Deadline,
  deps: SecretDeps,
  beforeSync: (secret: KubernetesObject | undefined) => void
): Promise<Check> {
  const name = force ? 'synced with AWS in this run' : 'last sync with AWS'
  try {
    const jobs = [
      readExternalSecret(externalSecret, namespace, deps),
      force ? readReports(namespace, deps) : undefined,
      // Only to tell what changes: a Secret that cannot be read is judged after the sync.
      force ? readSecret(namespace, deps).then(beforeSync, () => {}) : undefined
    ] as const
    // Even if one fails, so that no request outlives the phase.
    await Promise.allSettled(jobs)
    const [stored, reports] = await Promise.all(jobs)
    const seen =
      reports === undefined
        ? await checkLastSync(stored, namespace, deps)
        : { detail: await syncNow(stored, reports, namespace, deadline, deps) }
    return { name, passed: true, ...seen }
  } catch (error) {
    const isVerdict = error instanceof Failure && ['secret-stale', 'external-secret-error'].includes(error.code)
    if (isVerdict) report({ name, passed: false, detail: error.message }, deps)
    throw error
  }
}

async function readSecret(namespace: string, deps: SecretDeps): Promise<KubernetesObject | undefined> {
  const secret = await apiCall({ verb: 'read', object: `Secret/${names.credentials}`, namespace }, deps, () =>
    deps.cluster.read(credentialsObject, namespace)
  )
  if (secret !== undefined) for (const mask of secretValuesOf(secret)) deps.secret(mask)
  return secret
}

function report(check: Check, { checked, log }: SecretDeps): void {
  const mark = check.relaxed ? '–' : check.passed ? '✓' : '✗'
  log(`${mark} ${check.name}: ${check.detail}`)
  checked(check)
}
