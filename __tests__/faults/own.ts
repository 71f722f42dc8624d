import type { Own } from './line.ts'

interface Operation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path: string
  readonly value?: unknown
}

type Patch = Own['patches'][number]

/** Manifests of one's own: those of the action with these patches. */
export function own(...patches: Patch[]): Own {
  return { patches }
}

/** The same with more objects beside them. */
export function ownWith(objects: readonly object[], ...patches: Patch[]): Own {
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n')
  const kustomization = JSON.stringify({ resources: ['../manifests/base', 'more.yaml'], patches })
  return { patches, files: { 'deploy/redis/more.yaml': text, 'deploy/redis/kustomization.yaml': kustomization } }
}

/** Changes fields of an object, named as `Service/redis`. */
export function patched(object: string, ...operations: Operation[]): Patch {
  const [kind = '', name = ''] = object.split('/')
  return { target: { kind, name }, patch: JSON.stringify(operations) }
}

/** Takes an object out. */
export function without(kind: string, name: string): Patch {
  const apiVersion = { NetworkPolicy: 'networking.k8s.io/v1' }[kind] ?? 'v1'
  return { target: { kind, name }, patch: JSON.stringify({ $patch: 'delete', apiVersion, kind, metadata: { name } }) }
}

/** Lines of redis.conf after all others, which therefore count: in the last file but one that it includes. */
export function configured(...lines: string[]): Patch {
  const value = `maxmemory-policy allkeys-lru\n${lines.join('\n')}\n`
  return patched('ConfigMap/redis-config', { op: 'replace', path: '/data/maxmemory-policy.conf', value })
}

/** The fields of container redis, and of its pod. */
export const container = '/spec/template/spec/containers/0'
export const pod = '/spec/template/spec'
