import type { ManifestDocument } from '../manifest.ts'

const foundations = ['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'StorageClass', 'ServiceAccount']
const workloads = ['StatefulSet', 'Deployment', 'DaemonSet', 'Job', 'CronJob', 'Pod']

/** Documents in the three waves in which they are applied; those of one wave do not depend on each other. */
export interface Waves {
  /** What others stand in or run as. */
  foundations: ManifestDocument[]
  /** What pods read, and all the rest. */
  resources: ManifestDocument[]
  /** What makes pods. */
  workloads: ManifestDocument[]
}

export function waves(documents: readonly ManifestDocument[]): Waves {
  const isFoundation = ({ object }: ManifestDocument) => foundations.includes(object.kind)
  const isWorkload = ({ object }: ManifestDocument) => workloads.includes(object.kind)
  return {
    foundations: documents.filter(isFoundation),
    resources: documents.filter((document) => !isFoundation(document) && !isWorkload(document)),
    workloads: documents.filter(isWorkload)
  }
}
