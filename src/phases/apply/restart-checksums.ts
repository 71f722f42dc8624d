import { createHash, createHmac } from 'node:crypto'
import { type KubernetesObject, textAt } from '../../core/kubernetes/object.ts'
import { names, referencedNames } from '../../core/kubernetes/workload.ts'
import type { ManifestDocument } from '../../core/manifest.ts'

const checksumAnnotation = { config: 'redis-cache-action/config', password: 'redis-cache-action/password' } as const

/** What each of them represents, in words. */
export const checksumMeaning: Readonly<Record<string, string>> = {
  [checksumAnnotation.config]: 'configuration',
  [checksumAnnotation.password]: 'password'
}

/**
 * Annotations for the pod template that represent what a pod reads once, at its start: with another configuration or
 * another password the template differs, and the controller rolls the pod.
 */
export function checksumAnnotations(
  statefulSet: KubernetesObject,
  documents: readonly ManifestDocument[],
  secret: KubernetesObject,
  password: string
): Record<string, string> {
  const readsPassword = referencedNames(statefulSet, 'secret').has(names.credentials)
  return {
    [checksumAnnotation.config]: configMark(statefulSet, documents),
    ...(readsPassword && { [checksumAnnotation.password]: passwordMark(secret, password) })
  }
}

/** The same for a plan without the password, which is assumed to be unchanged. */
export function checksumsWithoutPassword(
  statefulSet: KubernetesObject,
  documents: readonly ManifestDocument[],
  stored: KubernetesObject | undefined
): Record<string, string> {
  const kept = textAt(stored, 'spec', 'template', 'metadata', 'annotations', checksumAnnotation.password)
  return {
    [checksumAnnotation.config]: configMark(statefulSet, documents),
    ...(kept !== undefined && { [checksumAnnotation.password]: kept })
  }
}

/** Which annotations differ from those of the stored object, in words; undefined if none does. */
export function restartReason(before: KubernetesObject, marks: Record<string, string>): string | undefined {
  const stored = (name: string) => textAt(before, 'spec', 'template', 'metadata', 'annotations', name)
  const changed = Object.keys(marks).filter((name) => stored(name) !== undefined && stored(name) !== marks[name])
  return changed.length === 0 ? undefined : `${changed.map((name) => checksumMeaning[name]).join(' and ')} changed`
}

function configMark(statefulSet: KubernetesObject, documents: readonly ManifestDocument[]): string {
  const read = referencedNames(statefulSet, 'configMap')
  const configMaps = documents.filter(({ object }) => object.kind === 'ConfigMap' && read.has(object.metadata.name))
  const hash = createHash('sha256')
  for (const { object } of configMaps) {
    hash.update(JSON.stringify([object.metadata.name, sorted(object['data']), sorted(object['binaryData'])]))
  }
  return hash.digest('hex').slice(0, 16)
}

/**
 * Keyed with the UID of the Secret, which is only readable for those who may read the Secret: nobody else who sees the
 * pod can test guesses against it.
 */
function passwordMark(secret: KubernetesObject, password: string): string {
  return createHmac('sha256', secret.metadata.uid ?? '')
    .update(password)
    .digest('hex')
    .slice(0, 16)
}

function sorted(data: unknown): [string, unknown][] {
  return Object.entries(data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
}
