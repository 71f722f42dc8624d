import { at, objectId } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'
import { reachedWorkloads } from './validate-services.ts'

/** Kinds whose pods may serve for good; those of a Job end. */
const serving = ['Deployment', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod']

/** Workloads that stand in the place of StatefulSet `redis`, or beside it where they may not. */
export function workloadProblems(cache: RenderedCache, namespace: string): string[] {
  const { redis, otherWorkloads, externalSecret } = cache
  const others = otherWorkloads.filter(({ kind }) => kind === 'StatefulSet')
  const replicas = at(redis?.statefulSet.object, 'spec', 'replicas') ?? 1
  // Where the credentials come from AWS, they lead clients out of the cluster.
  const reached = externalSecret === undefined ? new Map(reachedWorkloads(cache, namespace)) : new Map()
  const instead = redis === undefined ? `make it StatefulSet/${names.statefulSet}` : undefined
  return [
    ...others.map(({ id }) => `${id}: the only StatefulSet allowed is ${names.statefulSet}`),
    ...(others.length === 0 && redis !== undefined && replicas !== 1
      ? [`${objectId(redis.statefulSet.object)} has ${replicas} replicas; this action supports one`]
      : []),
    ...otherWorkloads
      .filter(({ kind }) => serving.includes(kind))
      .flatMap((workload) => {
        const { id, kind, name } = workload
        if (name === names.statefulSet && externalSecret === undefined) {
          return [
            `${id}: kind is ${kind}, and this action proves only StatefulSet/${names.statefulSet}: ` +
              `${instead ?? 'remove it, or rename it'}`
          ]
        }
        const service = reached.get(workload)
        if (service === undefined) return []
        const labels = kind === 'Pod' ? 'metadata.labels' : 'spec.template.metadata.labels'
        return [
          `${id}: Service/${service.name}, by which clients reach Redis, selects its pods by ` +
            `${labelsText(service.selector)}: ${instead ?? `give them other labels in ${labels}`}`
        ]
      })
  ]
}

function labelsText(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}
