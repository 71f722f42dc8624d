import { randomUUID } from 'node:crypto'
import { clone, equal } from './json.ts'
import { type KubernetesObject, timestamp } from './object.ts'
import { resourceOf } from './resources.ts'

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
}

/** All objects, like etcd: copies in, copies out, one revision counter for everything. */
export class ObjectStore {
  readonly #objects = new Map<string, KubernetesObject>()
  readonly #listeners: ((change: Change) => void)[] = []
  #revision = 1

  get resourceVersion(): string {
    return String(this.#revision)
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener)
  }

  get(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined {
    const object = this.#objects.get(keyOf(kind, namespace, name))
    return object === undefined ? undefined : clone(object)
  }

  list(kind: string, namespace?: string): KubernetesObject[] {
    return [...this.#objects.values()]
      .filter((object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace))
      .sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))
      .map((object) => clone(object))
  }

  /** The object that would be stored: identity, times, generation and the next revision filled in. */
  prepare(object: KubernetesObject): KubernetesObject {
    const live = this.#objects.get(keyOf(object.kind, object.metadata.namespace, object.metadata.name))
    const next = clone(object)
    next.metadata.uid = live?.metadata.uid ?? randomUUID()
    next.metadata.creationTimestamp = live?.metadata.creationTimestamp ?? timestamp()
    const generation = generationOf(live, next)
    if (generation === undefined) delete next.metadata.generation
    else next.metadata.generation = generation
    return next
  }

  write(object: KubernetesObject): KubernetesObject {
    const key = keyOf(object.kind, object.metadata.namespace, object.metadata.name)
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED'
    const stored = this.prepare(object)
    stored.metadata.resourceVersion = String(++this.#revision)
    this.#objects.set(key, stored)
    this.#announce({ type, object: stored })
    return clone(stored)
  }

  delete(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined {
    const key = keyOf(kind, namespace, name)
    const object = this.#objects.get(key)
    if (object === undefined) return undefined
    this.#objects.delete(key)
    this.#revision++
    this.#announce({ type: 'DELETED', object })
    return clone(object)
  }

  /** Everything in a namespace. */
  deleteAll(namespace: string): void {
    for (const { kind, metadata } of [...this.#objects.values()]) {
      if (metadata.namespace === namespace) this.delete(kind, namespace, metadata.name)
    }
  }

  #announce(change: Change): void {
    for (const listener of this.#listeners) listener({ ...change, object: clone(change.object) })
  }
}

/** Only these kinds count generations here: by their spec, and a pod by the start of its deletion. */
const WITH_GENERATION: ReadonlySet<string> = new Set(['ExternalSecret', 'NetworkPolicy', 'Pod', 'StatefulSet'])

function generationOf(live: KubernetesObject | undefined, next: KubernetesObject): number | undefined {
  if (!WITH_GENERATION.has(next.kind)) return undefined
  if (live === undefined) return 1
  const isSame =
    next.kind === 'Pod'
      ? live.metadata.deletionTimestamp === next.metadata.deletionTimestamp
      : equal(live['spec'], next['spec'])
  return (live.metadata.generation ?? 1) + (isSame ? 0 : 1)
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${resourceOf(kind).namespaced ? (namespace ?? '') : ''}/${name}`
}

function pathOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}
