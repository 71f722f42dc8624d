import type { Deadline } from '../../core/clock.ts'
import { type Credentials, credentialField, credentialFields, credentialsObject } from '../../core/credentials.ts'
import { Failure } from '../../core/failure.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Check } from '../../core/result.ts'
import type { SecretInputs, SecretPorts } from './deps.ts'
import { secretMissing } from './sync/failures.ts'
import { judgeLastSync } from './sync/last-sync.ts'
import { readExternalSecret, readReports, requesting } from './sync/requests.ts'
import { remoteSecret } from './sync/status.ts'
import { syncNow } from './sync/sync.ts'
import { masksOf } from './validate/fields.ts'
import { contractChecks, contractFailure, contractProblems } from './validate/validate-secret.ts'

export interface VerifiedSecret {
  credentials: Credentials
  /** Whether they are shown to be what AWS holds now. */
  fresh: boolean
}

/**
 * Proves that the Secret with the credentials is what AWS holds now, as far as an ExternalSecret brings it, and that
 * its fields keep their contract.
 * @throws Failure secret-stale, external-secret-error, secret-missing, secret-field; or what a request fails with
 */
export async function verifySecret(
  inputs: SecretInputs,
  deadline: Deadline,
  ports: SecretPorts
): Promise<VerifiedSecret> {
  const { namespace, externalSecret } = inputs
  const freshness =
    externalSecret === undefined ? notCompared : await freshnessCheck(externalSecret, inputs, deadline, ports)
  tell(freshness, ports)
  const secret = await readSecret(namespace, ports)
  if (secret === undefined) throw secretMissing(namespace, externalSecret)
  for (const check of contractChecks(secret)) tell(check, ports)
  const problems = contractProblems(secret)
  if (problems.length > 0) throw contractFailure(problems, namespace, externalSecret && remoteSecret(externalSecret))
  const fields = credentialFields.map((field) => [field, credentialField(secret, field)])
  return { credentials: Object.fromEntries(fields) as Credentials, fresh: freshness.relaxed !== true }
}

const notCompared: Check = {
  name: 'synced with AWS',
  passed: true,
  relaxed: true,
  detail: `not compared: the manifests have no ExternalSecret that brings Secret/${names.credentials}`
}

async function freshnessCheck(
  externalSecret: KubernetesObject,
  { namespace, force }: SecretInputs,
  deadline: Deadline,
  ports: SecretPorts
): Promise<Check> {
  const name = force ? 'synced with AWS in this run' : 'last sync with AWS'
  try {
    const jobs = [
      readExternalSecret(externalSecret, namespace, ports),
      force ? readReports(namespace, ports) : undefined
    ] as const
    // Also where one fails, so that no request outlives the phase.
    await Promise.allSettled(jobs)
    const [stored, reports] = await Promise.all(jobs)
    const seen =
      reports === undefined
        ? await judgeLastSync(stored, namespace, ports)
        : { detail: await syncNow(stored, reports, namespace, deadline, ports) }
    return { name, passed: true, ...seen }
  } catch (error) {
    const isVerdict = error instanceof Failure && ['secret-stale', 'external-secret-error'].includes(error.code)
    if (isVerdict) tell({ name, passed: false, detail: error.message }, ports)
    throw error
  }
}

async function readSecret(namespace: string, ports: SecretPorts): Promise<KubernetesObject | undefined> {
  const secret = await requesting('read', `Secret/${names.credentials}`, namespace, ports, () =>
    ports.cluster.read(credentialsObject, namespace)
  )
  if (secret !== undefined) for (const mask of masksOf(secret)) ports.secret(mask)
  return secret
}

function tell(check: Check, { checked, log }: SecretPorts): void {
  const mark = check.relaxed ? '–' : check.passed ? '✓' : '✗'
  log(`${mark} ${check.name}: ${check.detail}`)
  checked(check)
}
