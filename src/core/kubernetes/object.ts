/** A Kubernetes object as JSON: what all kinds share, the rest unparsed. */
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

/** The field manager of this action. */
export const fieldManager = 'redis-cache-action'

/** The name of an object in logs, reports and errors: `StatefulSet/redis`. */
export function objectId(object: { kind: string; metadata: { name: string } }): string {
  return `${object.kind}/${object.metadata.name}`
}

/** Reads a nested value of unknown JSON; undefined as soon as a step is missing. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null || isInherited(here, step)) return undefined
    here = (here as Record<string | number, unknown>)[step]
  }
  return here
}

/** Whether a value is a map of YAML or JSON, not a list or a scalar. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a step leads to an inherited property of objects or lists: a manifest may well have a key `valueOf`. */
function isInherited(here: object, step: string | number): boolean {
  return step in (Array.isArray(here) ? Array.prototype : Object.prototype) && !Object.hasOwn(here, step)
}

/** The same where a list is expected; an empty list if the value is not a list. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const list = at(value, ...path)
  return Array.isArray(list) ? list : []
}

/** The same where text is expected; numbers and booleans count as text, as in annotations and quantities. */
export function textAt(value: unknown, ...path: (string | number)[]): string | undefined {
  const text = at(value, ...path)
  return typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean' ? String(text) : undefined
}

/** Whether this object (by UID) is the controller of the other, as a StatefulSet is of its pods. */
export function isControlledBy(object: KubernetesObject, { metadata: { uid } }: KubernetesObject): boolean {
  return listAt(object.metadata, 'ownerReferences').some(
    (owner) => at(owner, 'controller') === true && at(owner, 'uid') === uid
  )
}
