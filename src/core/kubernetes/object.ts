/** A Kubernetes object as JSON: what all kinds share, the rest unread. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    resourceVersion?: string
    generation?: number
    labels?: Record<string, string>
    annotations?: Record<string, string>
    [key: string]: unknown
  }
  [key: string]: unknown
}

/** The name under which this action owns fields. */
export const fieldManager = 'redis-cache-action'

/** How an object is called in logs, reports and errors: `StatefulSet/redis`. */
export function objectId(object: { kind: string; metadata: { name: string } }): string {
  return `${object.kind}/${object.metadata.name}`
}

/** Walks into unknown JSON; undefined as soon as a step is not there. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null || isInherited(here, step)) return undefined
    here = (here as Record<string | number, unknown>)[step]
  }
  return here
}

/** Whether a value is a map of YAML or JSON: neither a list nor a scalar. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a step leads to what every object or list brings along: a manifest may well have a key `valueOf`. */
function isInherited(here: object, step: string | number): boolean {
  return step in (Array.isArray(here) ? Array.prototype : Object.prototype) && !Object.hasOwn(here, step)
}

/** The same where a list is expected; an empty list if it is none. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const list = at(value, ...path)
  return Array.isArray(list) ? list : []
}

/** The same where text is expected; numbers and booleans count as text, as in annotations and quantities. */
export function textAt(value: unknown, ...path: (string | number)[]): string | undefined {
  const text = at(value, ...path)
  return typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean' ? String(text) : undefined
}

/** Whether this very object is the controller of the other, as a StatefulSet is of its pods. */
export function isControlledBy(object: KubernetesObject, { metadata: { uid } }: KubernetesObject): boolean {
  return listAt(object.metadata, 'ownerReferences').some(
    (owner) => at(owner, 'controller') === true && at(owner, 'uid') === uid
  )
}
