import { withDefaults, withoutAllocated } from './admission/defaults.ts'
import { validate } from './admission/validation.ts'
import { afterUpdate, type Writer } from './fields/managed-fields.ts'
import { applyConfiguration } from './fields/server-side-apply.ts'
import { clone, equal, isObject, type Json, type JsonObject } from './json.ts'
import { type KubernetesObject, timestamp } from './object.ts'
import { jsonPatched, mergeJson } from './patches.ts'
import { apiVersionOf, type Resource, resourceOf } from './resources.ts'
import { alreadyExists, notFound, objectModified } from './status.ts'
import type { ObjectStore } from './store.ts'

/** The location of one object. */
export interface Target {
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly name: string
}

export interface WriteOptions {
  readonly manager: string
  readonly force?: boolean
  readonly dryRun?: boolean
}

export interface Written {
  readonly code: 200 | 201
  readonly object: KubernetesObject
}

/** The writing verbs: each derives the new object from the stored one, and stores it only if it differs. */
export class Operations {
  readonly #store: ObjectStore

  constructor(store: ObjectStore) {
    this.#store = store
  }

  create(target: Target, object: KubernetesObject, options: WriteOptions): Written {
    this.#requireNamespace(target)
    if (this.#live(target) !== undefined) throw alreadyExists(target.resource, target.name)
    return this.#update(undefined, object, options)
  }

  apply(target: Target, configuration: KubernetesObject, options: WriteOptions): Written {
    const live = this.#live(target)
    if (live === undefined) {
      this.#requireNamespace(target)
      const { uid } = configuration.metadata
      const problem = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
      if (uid !== undefined) throw objectModified(target.resource, target.name, problem)
    }
    const { status: _status, ...applied } = configuration
    const writer = writerOf(target.resource, options.manager)
    const next = applyConfiguration(live, { ...applied, ...identity(configuration) }, writer, options.force === true)
    requireVersion(target, live, configuration.metadata.resourceVersion)
    return this.#save(live, next, options)
  }

  mergePatch(target: Target, patch: JsonObject, options: WriteOptions): Written {
    const live = this.#live(target)
    if (live === undefined) throw notFound(target.resource, target.name)
    const { resourceVersion } = isObject(patch['metadata']) ? patch['metadata'] : {}
    requireVersion(target, live, resourceVersion)
    const metadata = mergeJson(live.metadata, isObject(patch['metadata']) ? patch['metadata'] : {})
    const { name } = live.metadata
    const next = { ...mergeJson(live, patch), ...identity(live), metadata: { ...metadata, name } }
    return this.#update(live, next, options)
  }

  jsonPatch(target: Target, patch: readonly Json[], options: WriteOptions): Written {
    const live = this.#live(target)
    if (live === undefined) throw notFound(target.resource, target.name)
    const next = jsonPatched(live, patch)
    requireVersion(target, live, next.metadata.resourceVersion)
    // The managers in the patch are kept; its other changes belong to its writer.
    const { managedFields } = next.metadata
    const handedOver = { ...live, metadata: { ...live.metadata, ...(managedFields && { managedFields }) } }
    next.metadata.managedFields = afterUpdate(handedOver, next, writerOf(target.resource, options.manager))
    return this.#save(live, next, options)
  }

  /** Another client's complete write: created, or replaced under the same name. */
  put(object: KubernetesObject, options: WriteOptions): Written {
    const { name, namespace } = object.metadata
    return this.#update(this.#live({ resource: resourceOf(object.kind), namespace, name }), object, options)
  }

  #live({ resource, namespace, name }: Target): KubernetesObject | undefined {
    return this.#store.get(resource.kind, namespace, name)
  }

  #requireNamespace({ resource, namespace }: Target): void {
    if (!resource.namespaced || namespace === undefined) return
    const namespaces = resourceOf('Namespace')
    if (this.#store.get(namespaces.kind, undefined, namespace) === undefined) throw notFound(namespaces, namespace)
  }

  #update(live: KubernetesObject | undefined, object: KubernetesObject, options: WriteOptions): Written {
    const next = withDefaults(clone(object))
    const named = live === undefined ? withoutAllocated(next, object) : next
    next.metadata.managedFields = afterUpdate(live, named, writerOf(resourceOf(object.kind), options.manager))
    return this.#save(live, next, options)
  }

  #save(live: KubernetesObject | undefined, object: KubernetesObject, options: WriteOptions): Written {
    const next = withDefaults(clone(object))
    validate(live, next)
    if (live !== undefined && equal(timeless(live), timeless(next))) return { code: 200, object: live }
    const stored = options.dryRun === true ? this.#store.prepare(next) : this.#store.write(next)
    return { code: live === undefined ? 201 : 200, object: stored }
  }
}

function identity({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata }
}

function writerOf(resource: Resource, manager: string): Writer {
  return { manager, apiVersion: apiVersionOf(resource), time: timestamp() }
}

function requireVersion(target: Target, live: KubernetesObject | undefined, version: Json | undefined): void {
  if (typeof version !== 'string' || version === live?.metadata.resourceVersion) return
  const problem = 'the object has been modified; please apply your changes to the latest version and try again'
  throw objectModified(target.resource, target.name, problem)
}

/** An object for comparison: a write that would only change the times of managers is ignored. */
function timeless(object: KubernetesObject): JsonObject {
  const copy = clone(object)
  for (const entry of copy.metadata.managedFields ?? []) entry.time = ''
  return copy
}
