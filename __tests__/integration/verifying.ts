import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import type { Credentials } from '../../src/core/credentials.ts'
import { Deadline } from '../../src/core/deadline.ts'
import type { KubernetesObject } from '../../src/core/kubernetes/object.ts'
import type { Check } from '../../src/core/result.ts'
import type { SecretInputs } from '../../src/phases/secret/deps.ts'
import { verifySecret } from '../../src/phases/secret/secret.ts'
import { expectNoSecret } from '../support/captured.ts'
import type { Access } from './applying.ts'
import { type Ended, ended, wordsOf } from './outcome.ts'
import { namespace as defaultNamespace } from './rendering.ts'

/** Where an ExternalSecret reads from. */
export interface Source {
  store: { kind: string; name: string }
  /** The name of the secret in AWS. */
  key: string
}

export const source: Source = {
  store: { kind: 'ClusterSecretStore', name: 'aws-secrets-manager' },
  key: 'hospital-erp/redis'
}

/** An ExternalSecret that maps the four fields one by one, with changes of its spec. */
export function externalSecret(
  { store, key }: Source,
  spec: object = {},
  properties: Readonly<Record<string, string>> = {}
): KubernetesObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'redis-credentials' },
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRef: store,
      target: { name: 'redis-credentials' },
      data: ['host', 'port', 'password', 'url'].map((secretKey) => ({
        secretKey,
        remoteRef: { key, property: properties[secretKey] ?? secretKey }
      })),
      ...spec
    }
  }
}

export interface VerifyOptions extends Partial<SecretInputs> {
  /** The timeout of the run, in milliseconds of its clock. */
  timeout?: number
  /** The time of day. */
  date?: Date
  /** What must stand in nothing that is said, besides what the phase registers itself. */
  secrets?: readonly string[]
  onLog?: (line: string) => void
}

export type SecretRun = Ended<Credentials> & {
  log: string[]
  checks: Check[]
  /** Whether the Secret was shown to be what AWS holds now; undefined after a failure. */
  fresh: boolean | undefined
  /** What was registered as secret. */
  masked: string[]
  /** How long it took by the clock of the run. */
  milliseconds: number
}

/** Puts an ExternalSecret into the cluster as the apply phase does. */
export async function applied(
  { cluster }: Access,
  object: KubernetesObject,
  namespace = defaultNamespace
): Promise<KubernetesObject> {
  const outcome = await cluster.apply(object, JSON.stringify(object), namespace, { force: true })
  if (outcome.kind !== 'applied') throw new Error(`the ExternalSecret is not applied: ${outcome.kind}`)
  return object
}

/** Verifies the Secret as the deploy program does; no secret may stand in anything that is said meanwhile. */
export async function verifying(
  { cluster, clock, cancel, secrets: known }: Access,
  externalSecret: KubernetesObject | undefined,
  options: VerifyOptions = {}
): Promise<SecretRun> {
  const { timeout = 300_000, date, secrets = [], onLog, namespace = defaultNamespace, force = true } = options
  const log: string[] = []
  const checks: Check[] = []
  const masked: string[] = []
  const deadline = new Deadline(clock, timeout)
  let fresh: boolean | undefined
  const outcome = await ended(
    verifySecret({ namespace, externalSecret, force }, deadline, {
      cluster,
      toFailure,
      secret: (value) => void masked.push(value),
      checked: (check) => void checks.push(check),
      clock,
      date: () => date ?? new Date(),
      signal: cancel.signal,
      log(line) {
        log.push(line)
        onLog?.(line)
      }
    }).then((verified) => {
      fresh = verified.fresh
      return verified.credentials
    })
  )
  const said = [...log, JSON.stringify(checks), outcome.failure === undefined ? '' : wordsOf(outcome.failure)]
  expectNoSecret(said.join('\n'), [...known, ...masked, ...secrets])
  return { ...outcome, log, checks, fresh, masked, milliseconds: deadline.elapsed }
}
