import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import type { PodDeps } from '../deps.ts'
import { atOnce, runAnnotation } from './pod-manifest.ts'

/** Removes the pod of this run, and not that of another which has the same name. */
export async function removePod(pod: KubernetesObject, namespace: string, { cleaning }: PodDeps): Promise<void> {
  // It is looked for by its name: a cancelled create may have been heard all the same.
  const stored = await cleaning.read(pod, namespace)
  if (stored?.metadata.annotations?.[runAnnotation] !== pod.metadata.annotations?.[runAnnotation]) return
  if (stored !== undefined) await cleaning.delete(stored, namespace, atOnce)
}
