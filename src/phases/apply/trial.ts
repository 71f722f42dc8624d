import { type Credentials, renderedSecret } from '../../core/credentials.ts'
import { isGeneral } from '../../core/failure.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { externalSecret, redisStatefulSet } from '../../core/kubernetes/workload.ts'
import { type ManifestDocument, withTemplateAnnotations } from '../../core/manifest.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import { type AcceptedObject, type ApplyOptions, type RefusedObject, tryCreate, tryDocument } from './apply-object.ts'
import { readCredentials } from './credentials.ts'
import { type AcceptedSecret, tryCredentials } from './credentials-secret.ts'
import type { ApplyDeps, ApplyInputs } from './deps.ts'
import { waves } from './order.ts'
import { foreignSecretFailure } from './owner.ts'
import { checksumAnnotations, checksumsWithoutPassword, restartReason } from './restart-checksums.ts'
import { storedAddressFailure } from './stored-address.ts'

/** The results of all dry runs of a deployment. */
export interface Trial {
  /** What was to be tried, whether it was accepted or not. */
  cache: RenderedCache
  /** The namespace requested by the inputs, if it has to be created. */
  namespace: AcceptedObject | undefined
  /** The Secret of a self-hosted Redis, unless the manifests contain it. */
  secret: AcceptedSecret | undefined
  documents: Map<ManifestDocument, AcceptedObject>
  /** The planned content of the Secret; undefined without a Redis, or if it is unusable. */
  credentials: Credentials | undefined
  refused: RefusedObject[]
}

/**
 * Tries everything in concurrent dry runs; only the StatefulSet waits for the Secret, which its checksum annotation
 * depends on. Nothing is written, and refusals are part of the result.
 * @param done what this run has already written
 */
export async function tryAll(
  cache: RenderedCache,
  inputs: ApplyInputs,
  deps: ApplyDeps,
  done: ReadonlySet<ManifestDocument> = new Set()
): Promise<Trial> {
  const { documents } = cache
  const redis = redisStatefulSet(documents)
  const ownSecret = renderedSecret(documents)
  const refuse = foreignSecrets(documents, inputs)
  const { foundations, resources, workloads } = waves(documents)
  const others = [...foundations, ...resources, ...workloads].filter((each) => each !== redis && !done.has(each))
  const [namespace, secret, ...tried] = await Promise.all([
    makesNamespace(documents, inputs) ? tryCreate(namespaceOf(inputs), inputs, deps) : undefined,
    redis === undefined || ownSecret !== undefined ? undefined : tryCredentials(inputs, deps, refuse),
    ...others.map((each) => tryDocument(each, inputs, deps, each === ownSecret ? { refuse } : {}))
  ])
  const refused: RefusedObject[] = []
  const trial: Trial = {
    cache,
    namespace: acceptedOr(refused, namespace),
    secret: acceptedOr(refused, secret),
    documents: new Map(),
    credentials: undefined,
    refused
  }
  for (const [index, document] of others.entries()) {
    const accepted = acceptedOr(refused, tried[index])
    if (accepted !== undefined) trial.documents.set(document, accepted)
  }
  const foreign = refused.find(({ before }) => before !== undefined && refuse?.(before) !== undefined)
  // All other refusals come from the wrong environment.
  if (foreign !== undefined) return { ...trial, refused: [foreign] }
  if (redis !== undefined && !done.has(redis) && !refused.some(({ failure }) => isGeneral(failure))) {
    await tryRedis(redis, trial, inputs, deps)
  }
  return trial
}

/** Tries the StatefulSet with the annotation of the planned Secret, and reads the content of that Secret. */
async function tryRedis(redis: ManifestDocument, trial: Trial, inputs: ApplyInputs, deps: ApplyDeps): Promise<void> {
  const { documents } = trial.cache
  const ownSecret = renderedSecret(documents)
  const secret = (ownSecret === undefined ? trial.secret : trial.documents.get(ownSecret))?.applied.object
  trial.credentials = acceptedOr(trial.refused, secret && tryFields(secret, trial.cache, inputs, deps))
  const marks =
    secret === undefined || trial.credentials === undefined
      ? checksumsWithoutPassword(redis.object, documents, await storedIfReadable(redis.object, inputs, deps))
      : checksumAnnotations(redis.object, documents, secret, trial.credentials.password)
  const marked = withTemplateAnnotations(redis, marks)
  const note = (before: KubernetesObject) => restartReason(before, marks)
  const accepted = acceptedOr(trial.refused, await tryDocument(marked, inputs, deps, { note }))
  if (accepted !== undefined) trial.documents.set(redis, accepted)
}

/**
 * The credentials in a Secret, each registered as a secret value.
 * @throws Failure secret-field
 */
export function credentialsIn(
  secret: KubernetesObject,
  cache: RenderedCache,
  { namespace }: ApplyInputs,
  deps: ApplyDeps
): Credentials {
  const credentials = readCredentials(secret, namespace, cache.credentialsSecret !== undefined)
  deps.secret(credentials.password)
  deps.secret(credentials.url)
  const unreachable = storedAddressFailure(credentials, cache, namespace)
  if (unreachable !== undefined) throw unreachable
  return credentials
}

function tryFields(
  secret: KubernetesObject,
  cache: RenderedCache,
  inputs: ApplyInputs,
  deps: ApplyDeps
): Credentials | RefusedObject {
  try {
    return credentialsIn(secret, cache, inputs, deps)
  } catch (error) {
    const { namespace } = inputs
    const failure = deps.toFailure(error, { verb: 'read', object: objectId(secret), namespace })
    return { object: secret, before: undefined, failure }
  }
}

/** Adds a refusal to the others. @returns the result if it is not a refusal */
function acceptedOr<T extends object>(refused: RefusedObject[], answer: T | RefusedObject | undefined): T | undefined {
  if (answer === undefined || !('failure' in answer)) return answer
  refused.push(answer as RefusedObject)
  return undefined
}

/**
 * Refuses the stored Secret if it belongs to another environment; a Redis with an ExternalSecret is not such a case.
 */
function foreignSecrets(
  documents: readonly ManifestDocument[],
  { namespace }: ApplyInputs
): ApplyOptions['refuse'] | undefined {
  if (redisStatefulSet(documents) === undefined || externalSecret(documents) !== undefined) return undefined
  return (stored) => foreignSecretFailure(stored, namespace)
}

/** Whether the namespace is created in addition to the documents, which do not contain it. */
function makesNamespace(documents: readonly ManifestDocument[], inputs: ApplyInputs): boolean {
  const id = objectId(namespaceOf(inputs))
  return inputs.createNamespace && !documents.some(({ object }) => objectId(object) === id)
}

function namespaceOf({ namespace }: ApplyInputs): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
}

/** The stored object; undefined if it does not exist or must not be read: its dry run will report that. */
async function storedIfReadable(
  object: KubernetesObject,
  { namespace }: ApplyInputs,
  { cluster }: ApplyDeps
): Promise<KubernetesObject | undefined> {
  return cluster.read(object, namespace).catch(() => undefined)
}
