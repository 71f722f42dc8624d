import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { runAnnotation } from '../../../core/kubernetes/workload.ts'
import type { PodDeps } from '../deps.ts'
import { atOnce } from './pod-manifest.ts'

/** Removes the pod of this run, not that of another run with the same name. */
export async function removePod(pod: KubernetesObject, namespace: string, { cleaning }: PodDeps): Promise<void> {
  // Found by its name: a cancelled create may have succeeded anyway.
  const stored = await cleaning.read(pod, namespace)
  if (stored?.metadata.annotations?.[runAnnotation] !== pod.metadata.annotations?.[runAnnotation]) return
  if (stored !== undefined) await cleaning.delete(stored, namespace, atOnce)
}
