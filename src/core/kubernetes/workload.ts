import type { ManifestDocument } from '../manifest.ts'
import { at, type KubernetesObject, listAt, textAt } from './object.ts'

/** The names that runbooks refer to. */
export const names = {
  statefulSet: 'redis',
  pod: 'redis-0',
  /** The pod that tries a new template before redis-0 goes, its ConfigMap and its Secret. */
  rehearsal: 'redis-rehearsal',
  redisContainer: 'redis',
  exporterContainer: 'metrics',
  /** The Secret with host, port, password and url, and the ExternalSecret that writes it. */
  credentials: 'redis-credentials'
} as const

/** The label with its name, which the StatefulSet controller gives to a pod that it makes. */
export const podNameLabel = 'statefulset.kubernetes.io/pod-name'

/** The annotation with the run that made an object for its own time. */
export const runAnnotation = 'redis-cache-action/run'

export const ports = { redis: 6379, exporter: 9121 } as const

/** The self-hosted Redis, if it is rendered; its presence decides the topology. */
export function redisStatefulSet(documents: readonly ManifestDocument[]): ManifestDocument | undefined {
  return documents.find(({ object }) => object.kind === 'StatefulSet' && object.metadata.name === names.statefulSet)
}

/** The ExternalSecret whose target is the Secret with the credentials, if it is rendered. */
export function externalSecret(documents: readonly ManifestDocument[]): ManifestDocument | undefined {
  return documents.find(({ object }) => {
    const isExternalSecret = object.kind === 'ExternalSecret' && object.apiVersion.startsWith('external-secrets.io/')
    return isExternalSecret && (textAt(object, 'spec', 'target', 'name') ?? object.metadata.name) === names.credentials
  })
}

/** A container of the pod template, without the init containers; undefined if there is none of that name. */
export function containerOf(statefulSet: KubernetesObject | undefined, name: string): unknown {
  const containers = listAt(statefulSet, 'spec', 'template', 'spec', 'containers')
  return containers.find((each) => at(each, 'name') === name)
}

/** The names of all ConfigMaps or Secrets that the pod template reads through volumes, variables and envFrom. */
export function referencedNames(statefulSet: KubernetesObject, kind: 'configMap' | 'secret'): Set<string> {
  const found = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, child] of Object.entries(value)) {
      const name = textAt(child, 'name') ?? textAt(child, 'secretName')
      if ([kind, `${kind}Ref`, `${kind}KeyRef`].includes(key) && name !== undefined) found.add(name)
      walk(child)
    }
  }
  walk(at(statefulSet, 'spec', 'template', 'spec'))
  return found
}

/** The one pod of the StatefulSet among those that its selector matches. */
export function redisPod(pods: readonly KubernetesObject[]): KubernetesObject | undefined {
  return pods.find(({ metadata }) => metadata.name === names.pod)
}

/** The labels by which a StatefulSet selects its pods. */
export function podLabels(statefulSet: KubernetesObject | undefined): Record<string, string> | undefined {
  return at(statefulSet, 'spec', 'selector', 'matchLabels') as Record<string, string> | undefined
}

/** The command to watch while Redis loads its data. */
export function watchLoading(namespace: string): string {
  return `watch it: \`kubectl -n ${namespace} logs ${names.pod} -c ${names.redisContainer} --follow\``
}
