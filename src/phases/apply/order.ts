import type { ManifestDocument } from '../../core/manifest.ts'

const foundations = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'ServiceAccount',
  'Role',
  'ClusterRole',
  'ResourceQuota',
  'LimitRange'
]
const workloads = ['StatefulSet', 'Deployment', 'DaemonSet', 'Job', 'CronJob', 'Pod']

/** Documents in the three waves in which they are written; those in one wave do not depend on each other. */
export interface Waves {
  /** Namespaces, accounts and definitions that others depend on, and what decides whether the server accepts them. */
  foundations: ManifestDocument[]
  /** What pods read, and everything else. */
  resources: ManifestDocument[]
  /** Workloads. */
  workloads: ManifestDocument[]
}

export function waves(documents: readonly ManifestDocument[]): Waves {
  const isWorkload = ({ object }: ManifestDocument) => workloads.includes(object.kind)
  return {
    foundations: documents.filter(({ object }) => isFoundation(object.kind)),
    resources: documents.filter((document) => !isFoundation(document.object.kind) && !isWorkload(document)),
    workloads: documents.filter(isWorkload)
  }
}

export function isFoundation(kind: string): boolean {
  return foundations.includes(kind)
}
