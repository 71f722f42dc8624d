import { type Credentials, renderedSecret } from '../../core/credentials.ts'
import { combinedFailure, Failure } from '../../core/failure.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { redisStatefulSet } from '../../core/kubernetes/workload.ts'
import { type ManifestDocument, withTemplateAnnotations } from '../../core/manifest.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import { createObject, writeAccepted } from './apply-object.ts'
import { writeCredentials } from './credentials-secret.ts'
import type { ApplyDeps, ApplyInputs } from './deps.ts'
import { waves } from './order.ts'
import { checksumAnnotations } from './restart-checksums.ts'
import { credentialsIn, type Trial, tryAll } from './trial.ts'

/**
 * Writes what was tried: only what differs is sent. What depends on something created here is tried again after that.
 * @param trial without a refusal that is final
 * @returns the credentials in force; undefined if the documents have no Redis
 * @throws Failure with what was written before it
 */
export async function writeTrial(trial: Trial, inputs: ApplyInputs, deps: ApplyDeps): Promise<Credentials | undefined> {
  const written: string[] = []
  const applied: ApplyDeps['applied'] = (result, states) => {
    if (result.change !== 'unchanged') written.push(result.id)
    deps.applied(result, states)
  }
  try {
    return await writeTried(trial, inputs, { ...deps, applied })
  } catch (error) {
    throw withWritten(error, written)
  }
}

/** Writes the documents that were tried. @throws Failure */
async function writeTried(trial: Trial, inputs: ApplyInputs, deps: ApplyDeps): Promise<Credentials | undefined> {
  if (trial.refused.length === 0) return writeAll(trial, inputs, deps)
  // What depends on something created by this run can only be tried after that exists.
  const done = await writeFoundations(trial, inputs, deps)
  const rest = await tryRest(trial.cache, { ...inputs, createNamespace: false }, deps, done)
  if (rest.refused.length > 0) throw combinedFailure(rest.refused.map(({ failure }) => failure))
  return writeAll(rest, inputs, deps)
}

/** How long the cluster may take to serve a kind whose definition was just written, and the pause between two looks. */
const [kindMilliseconds, lookMilliseconds] = [10_000, 250]

/** Tries what was not written yet, until the cluster serves the kinds defined by this run. */
async function tryRest(
  cache: RenderedCache,
  inputs: ApplyInputs,
  deps: ApplyDeps,
  done: ReadonlySet<ManifestDocument>
): Promise<Trial> {
  const end = deps.clock.now() + kindMilliseconds
  for (;;) {
    const rest = await tryAll(cache, inputs, deps, done)
    const isServed = !rest.refused.some(({ failure }) => deps.isUnknownKind(failure.cause))
    if (isServed || deps.clock.now() >= end) return rest
    await deps.clock.sleep(lookMilliseconds, deps.signal)
  }
}

/** The failure of a write with what was written before it; a cancelled run is reported by its own failure. */
function withWritten(error: unknown, written: readonly string[]): unknown {
  if (!(error instanceof Failure) || error.code === 'cancelled' || written.length === 0) return error
  const count = written.length === 1 ? '1 object was' : `${written.length} objects were`
  const hint = `${error.hint}; ${count} written already: ${written.join(', ')}`
  return new Failure(error.code, error.message, hint, error.evidence, error)
}

/**
 * Writes prerequisites such as namespaces, roles and quotas.
 * @returns the documents that were written
 * @throws Failure
 */
async function writeFoundations(trial: Trial, inputs: ApplyInputs, deps: ApplyDeps): Promise<Set<ManifestDocument>> {
  const { namespace, documents } = trial
  if (namespace !== undefined) await createObject(namespace.document.object, inputs, deps)
  const { foundations } = waves([...documents.keys()])
  await together(foundations.map((document) => write(document, trial, inputs, deps)))
  return new Set(foundations)
}

/**
 * Writes accepted documents wave by wave. The Secret comes last before the workloads: if the run ends there, a
 * restarting pod still finds the password of Redis, and the next run continues with the rest.
 * @throws Failure; nothing of a later wave is written then
 */
async function writeAll(trial: Trial, inputs: ApplyInputs, deps: ApplyDeps): Promise<Credentials | undefined> {
  const { cache } = trial
  await writeFoundations(trial, inputs, deps)
  const { resources, workloads } = waves([...trial.documents.keys()])
  const ownSecret = renderedSecret(resources)
  await together(resources.map((each) => (each === ownSecret ? undefined : write(each, trial, inputs, deps))))
  const secret = await writeSecret(ownSecret, trial, inputs, deps)
  const redis = redisStatefulSet(cache.documents)
  const credentials = redis && secret && credentialsIn(secret, cache, inputs, deps)
  await together(
    workloads.map((document) => {
      if (document !== redis || secret === undefined || credentials === undefined) {
        return write(document, trial, inputs, deps)
      }
      // Only now is the UID of a newly created Secret known, which keys the checksum of the password.
      const marks = checksumAnnotations(document.object, cache.documents, secret, credentials.password)
      return write(document, trial, inputs, deps, withTemplateAnnotations(document, marks))
    })
  )
  return credentials
}

async function writeSecret(
  ownSecret: ManifestDocument | undefined,
  trial: Trial,
  inputs: ApplyInputs,
  deps: ApplyDeps
): Promise<KubernetesObject | undefined> {
  if (ownSecret !== undefined) return write(ownSecret, trial, inputs, deps)
  return trial.secret && writeCredentials(trial.secret, inputs, deps)
}

/** @param marked the document to write instead of the rendered one */
async function write(
  document: ManifestDocument,
  trial: Trial,
  inputs: ApplyInputs,
  deps: ApplyDeps,
  marked?: ManifestDocument
): Promise<KubernetesObject> {
  const accepted = trial.documents.get(document)
  if (accepted === undefined) throw new Error(`${objectId(document.object)} was not tried`)
  return writeAccepted(accepted, inputs, deps, marked)
}

/** Waits for all jobs, so that no request outlives its wave. @throws Failure of all problems */
async function together(jobs: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  const outcomes = await Promise.allSettled(jobs)
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  if (errors.length > 0) throw combinedFailure(errors)
}
