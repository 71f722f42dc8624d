import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { type ManifestDocument, withTemplateAnnotations } from '../manifest.ts'
import { names, redisStatefulSet } from '../workload.ts'
import { type Credentials, readCredentials } from './credentials.ts'
import { combined } from './failures.ts'
import { type ApplyInputs, type ApplyPorts, applyDocument, createObject } from './object.ts'
import { waves } from './order.ts'
import { restartMarks, restartReason } from './restart.ts'
import { storedSecret, writeCredentials } from './secret.ts'

/**
 * Puts the documents and the Secret with the credentials into the cluster. All objects of a wave are tried, so that one
 * run names all that is wrong; after a failure the next wave is not begun.
 * @returns the credentials that are in force
 * @throws Failure
 */
export async function apply(
  documents: readonly ManifestDocument[],
  inputs: ApplyInputs,
  ports: ApplyPorts
): Promise<Credentials> {
  if (inputs.createNamespace) await createNamespace(inputs, ports)
  const send = (document: ManifestDocument) => applyDocument(document, inputs, ports)
  const { foundations, resources, workloads } = waves(documents)
  await all(foundations.map(send))

  const ownSecret = resources.some(({ object }) => objectId(object) === `Secret/${names.credentials}`)
  const [written] = await all([ownSecret ? undefined : writeCredentials(inputs, ports), ...resources.map(send)])
  const secret = written ?? (await storedSecret(inputs, ports))
  const credentials = readCredentials(secret, inputs.namespace)
  ports.secret(credentials.password)
  ports.secret(credentials.url)

  const redis = redisStatefulSet(documents)
  await all(
    workloads.map((document) => {
      if (document !== redis) return send(document)
      const marks = restartMarks(document.object, documents, secret, credentials.password)
      return applyDocument(withTemplateAnnotations(document, marks), inputs, ports, {
        note: (before) => restartReason(before, marks)
      })
    })
  )
  return credentials
}

async function createNamespace(inputs: ApplyInputs, ports: ApplyPorts): Promise<void> {
  const namespace: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: inputs.namespace } }
  await createObject(namespace, inputs, ports)
}

/** Waits for every job, so that no request outlives its wave, and throws what went wrong as one failure. */
async function all<T>(jobs: readonly (Promise<T> | undefined)[]): Promise<(T | undefined)[]> {
  const outcomes = await Promise.allSettled(jobs)
  const errors = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown)
  if (errors.length > 0) throw combined(errors)
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined))
}
