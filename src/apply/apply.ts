import { Failure } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { type ManifestDocument, withTemplateAnnotations } from '../manifest.ts'
import { names, redisStatefulSet } from '../workload.ts'
import { type Credentials, readCredentials } from './credentials.ts'
import { combined } from './failures.ts'
import { applyDocument, createObject } from './object.ts'
import { waves } from './order.ts'
import type { ApplyInputs, ApplyPorts } from './ports.ts'
import { restartMarks, restartReason } from './restart.ts'
import { storedSecret, writeCredentials } from './secret.ts'

/**
 * Puts the documents and the Secret with the credentials into the cluster. All objects of a wave are tried. After a
 * failure nothing more is written, but the server is still asked what it thinks of the objects that are left, so that
 * one run names all that is wrong.
 * @returns the credentials that are in force
 * @throws Failure
 */
export async function apply(
  documents: readonly ManifestDocument[],
  inputs: ApplyInputs,
  ports: ApplyPorts
): Promise<Credentials> {
  if (inputs.createNamespace) await createNamespace(inputs, ports)
  const problems = new Problems()
  const send = (document: ManifestDocument) => applyDocument(document, inputs, ports, { dryRun: problems.any })
  const { foundations, resources, workloads } = waves(documents)
  await problems.collect(foundations.map(send))

  const ownSecret = resources.some(({ object }) => objectId(object) === `Secret/${names.credentials}`)
  const [written] = await problems.collect([
    ownSecret ? undefined : writeCredentials(inputs, ports, problems.any),
    ...resources.map(send)
  ])
  const secret = written ?? (problems.any ? undefined : await storedSecret(inputs, ports))
  const [credentials] = await problems.collect([secret && inForce(secret, inputs, ports)])

  const redis = redisStatefulSet(documents)
  await problems.collect(
    workloads.map((document) => {
      if (document !== redis || secret === undefined || credentials === undefined) return send(document)
      const marks = restartMarks(document.object, documents, secret, credentials.password)
      return applyDocument(withTemplateAnnotations(document, marks), inputs, ports, {
        dryRun: problems.any,
        note: (before) => restartReason(before, marks)
      })
    })
  )
  if (problems.any || credentials === undefined) throw problems.asOne
  return credentials
}

async function createNamespace(inputs: ApplyInputs, ports: ApplyPorts): Promise<void> {
  const namespace: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: inputs.namespace } }
  await createObject(namespace, inputs, ports)
}

async function inForce(secret: KubernetesObject, { namespace }: ApplyInputs, ports: ApplyPorts): Promise<Credentials> {
  const credentials = readCredentials(secret, namespace)
  ports.secret(credentials.password)
  ports.secret(credentials.url)
  return credentials
}

/** What went wrong so far. */
class Problems {
  readonly #errors: unknown[] = []

  get any(): boolean {
    return this.#errors.length > 0
  }

  /** All of it as one failure. */
  get asOne(): unknown {
    return combined(this.#errors)
  }

  /**
   * Waits for every job, so that no request outlives its wave.
   * @returns what each gave, undefined where it failed
   * @throws what went wrong so far, if trying more objects could tell nothing new
   */
  async collect<T>(jobs: readonly (Promise<T> | undefined)[]): Promise<(T | undefined)[]> {
    const outcomes = await Promise.allSettled(jobs)
    for (const outcome of outcomes) if (outcome.status === 'rejected') this.#errors.push(outcome.reason)
    if (this.#errors.some(concernsAll)) throw this.asOne
    return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined))
  }
}

function concernsAll(error: unknown): boolean {
  const codes = ['cluster-unreachable', 'unauthorized', 'namespace-missing', 'cancelled', 'internal']
  return !(error instanceof Failure) || codes.includes(error.code)
}
