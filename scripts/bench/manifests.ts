import { join } from 'node:path'
import { statefulSetPatch, type Workspace, workspaceWith } from '../../__tests__/support/workspace.ts'

/** A kustomization directory for kubectl: what the action renders, without its restart annotations. */
export interface Manifests extends AsyncDisposable {
  readonly path: string
}

interface Changes {
  /** As a Redis size. The template gets a mark of it, because kubectl does not restart a pod for its ConfigMap. */
  readonly maxmemory?: string
  readonly redisImage?: string
}

export async function manifestsFor(namespace: string, { maxmemory, redisImage }: Changes = {}): Promise<Manifests> {
  const container = '/spec/template/spec/containers/0'
  const mark = '/spec/template/metadata/annotations/maxmemory'
  const patches = [
    ...(maxmemory === undefined
      ? []
      : [configPatch(maxmemory), statefulSetPatch({ op: 'add', path: mark, value: maxmemory })]),
    ...(redisImage === undefined
      ? []
      : [statefulSetPatch({ op: 'replace', path: `${container}/image`, value: redisImage })])
  ]
  const kustomization = { namespace, resources: ['../manifests/overlays/staging'], patches }
  const workspace = await workspaceWith([], { 'deploy/kubectl/kustomization.yaml': JSON.stringify(kustomization) })
  return { path: join(workspace.path, 'deploy/kubectl'), [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() }
}

/** The Redis and so many ConfigMaps, as a repository has them: `deploy/redis`, and `deploy/kubectl` with a namespace. */
export function bundleOf(configMaps: number, namespace: string): Promise<Workspace> {
  const documents = Array.from({ length: configMaps }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `settings-${index}`, labels: { 'app.kubernetes.io/part-of': 'hospital-erp-system' } },
    data: { [`setting-${index}`]: 'value '.repeat(20) }
  }))
  const resources = ['../manifests/overlays/staging', 'config-maps.yaml']
  return workspaceWith([], {
    'deploy/redis/kustomization.yaml': JSON.stringify({ resources }),
    'deploy/redis/config-maps.yaml': documents.map((document) => JSON.stringify(document)).join('\n---\n'),
    'deploy/kubectl/kustomization.yaml': JSON.stringify({ namespace, resources: ['../redis'] })
  })
}

function configPatch(maxmemory: string) {
  const data = { 'maxmemory.conf': `maxmemory ${maxmemory}\n` }
  const patch = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'redis-config' }, data }
  return { target: { kind: 'ConfigMap', name: 'redis-config' }, patch: JSON.stringify(patch) }
}
