import { type Credentials, renderedSecret } from '../credentials.ts'
import { Failure } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { type ManifestDocument, withTemplateAnnotations } from '../manifest.ts'
import { redisStatefulSet } from '../workload.ts'
import { readCredentials } from './credentials.ts'
import { combined, isGeneral } from './failures.ts'
import { applyDocument, createObject } from './object.ts'
import { waves } from './order.ts'
import type { ApplyInputs, ApplyPorts } from './ports.ts'
import { marksWithoutPassword, restartMarks, restartReason } from './restart.ts'
import { writeCredentials } from './secret.ts'

/**
 * Puts the documents into the cluster and, for a self-hosted Redis, the Secret with its credentials. All objects of a
 * wave are tried. After a failure nothing more is written, but the server is still asked what it thinks of the objects
 * that are left, so that one run names all that is wrong.
 * @returns the credentials that are in force; undefined where the documents have no Redis
 * @throws Failure
 */
export async function apply(
  documents: readonly ManifestDocument[],
  inputs: ApplyInputs,
  ports: ApplyPorts
): Promise<Credentials | undefined> {
  const problems = new Problems(inputs.dryRun)
  // Without it nothing can be made; a plan can still say more.
  if (inputs.createNamespace) await problems.collect([createNamespace(inputs, ports)])
  if (problems.any && !inputs.dryRun) throw problems.asOne
  const send = (document: ManifestDocument) => applyDocument(document, inputs, ports, { dryRun: problems.any })
  const { foundations, resources, workloads } = waves(documents)
  await problems.collect(foundations.map(send))

  const redis = redisStatefulSet(documents)
  const ownSecret = renderedSecret(resources)
  const [written, ...applied] = await problems.collect([
    redis === undefined || ownSecret !== undefined ? undefined : writeCredentials(inputs, ports, problems.any),
    ...resources.map(send)
  ])
  const secret = redis && (written ?? (ownSecret && applied[resources.indexOf(ownSecret)]))
  const [credentials] = await problems.collect([secret && inForce(secret, ownSecret !== undefined, inputs, ports)])

  await problems.collect(
    workloads.map(async (document) => {
      const known = secret !== undefined && credentials !== undefined
      if (document !== redis || !(known || inputs.dryRun)) return send(document)
      const marks = known
        ? restartMarks(document.object, documents, secret, credentials.password)
        : marksWithoutPassword(document.object, documents, await storedIfReadable(document.object, inputs, ports))
      return applyDocument(withTemplateAnnotations(document, marks), inputs, ports, {
        dryRun: problems.any,
        note: (before) => restartReason(before, marks)
      })
    })
  )
  if (problems.any) throw problems.asOne
  return credentials
}

async function createNamespace(inputs: ApplyInputs, ports: ApplyPorts): Promise<void> {
  const namespace: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: inputs.namespace } }
  await createObject(namespace, inputs, ports)
}

/** An object as it is stored; undefined if there is none, or none that may be read: its apply will say so. */
async function storedIfReadable(
  object: KubernetesObject,
  { namespace }: ApplyInputs,
  { cluster }: ApplyPorts
): Promise<KubernetesObject | undefined> {
  return cluster.read(object, namespace).catch(() => undefined)
}

async function inForce(
  secret: KubernetesObject,
  isRendered: boolean,
  { namespace }: ApplyInputs,
  ports: ApplyPorts
): Promise<Credentials> {
  try {
    const credentials = readCredentials(secret, namespace, isRendered)
    ports.secret(credentials.password)
    ports.secret(credentials.url)
    return credentials
  } catch (error) {
    const failure = ports.toFailure(error, { verb: 'read', object: objectId(secret), namespace })
    ports.refused(secret, failure)
    throw failure
  }
}

/** What went wrong so far. */
class Problems {
  readonly #errors: unknown[] = []
  readonly #dryRun: boolean

  constructor(dryRun: boolean) {
    this.#dryRun = dryRun
  }

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
    if (this.#errors.some((error) => concernsAll(error, this.#dryRun))) throw this.asOne
    return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined))
  }
}

function concernsAll(error: unknown, dryRun: boolean): boolean {
  if (!(error instanceof Failure)) return true
  // A plan names every object that waits for the namespace; and one that the cluster has after all, without a namespace.
  return isGeneral(error) || (error.code === 'namespace-missing' && !dryRun)
}
