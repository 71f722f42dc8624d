import { at, type KubernetesObject, textAt } from './object.ts'

/** The rule by which a StatefulSet keeps its pod at an old revision, such as `partition 1`; undefined without one. */
export function heldBack(statefulSet: KubernetesObject): string | undefined {
  const strategy = at(statefulSet, 'spec', 'updateStrategy')
  if (textAt(strategy, 'type') === 'OnDelete') return 'updateStrategy OnDelete'
  const partition = Number(at(strategy, 'rollingUpdate', 'partition') ?? 0)
  return partition > 0 ? `partition ${partition}` : undefined
}
