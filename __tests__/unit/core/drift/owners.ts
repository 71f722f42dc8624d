import type { Path, PathStep } from '../../../../src/core/kubernetes/field-path.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { changed } from './objects.ts'

export interface Owner {
  manager: string
  operation?: 'Apply' | 'Update'
  subresource?: string
}

/** The object with one more who owns these places, and each of them alone. */
export function ownedBy(object: KubernetesObject, owner: Owner, ...places: Path[]): KubernetesObject {
  const entry = { operation: 'Update', time: '2026-11-23T02:10:00Z', ...owner, fieldsV1: fieldSet(places) }
  const before = object.metadata['managedFields']
  return changed(object, ['metadata', 'managedFields'], [...(Array.isArray(before) ? before : []), entry])
}

/** Every place of an object that has a value of its own, items of lists by the fields that identify them. */
export function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  if (!Array.isArray(value)) return Object.entries(value).flatMap(([field, below]) => placesOf(below, [...path, field]))
  // Lists of other things are written as a whole.
  const keys = value.map((item) => keyOf(Object(item)))
  if (keys.some((key) => key === undefined)) return [path]
  return value.flatMap((item, index) => placesOf(item, [...path, keys[index] ?? index]))
}

function keyOf({ mountPath, containerPort, protocol, name }: Record<string, unknown>): PathStep | undefined {
  if (mountPath !== undefined) return { mountPath }
  if (containerPort !== undefined) return { containerPort, protocol: protocol ?? 'TCP' }
  return name === undefined ? undefined : { name }
}

function fieldSet(places: readonly Path[]): object {
  const set = {}
  for (const place of places) {
    place.reduce<object>((here, step) => {
      const key = typeof step === 'string' ? `f:${step}` : `k:${JSON.stringify(step)}`
      if (!Object.hasOwn(here, key)) Reflect.set(here, key, {})
      return Reflect.get(here, key)
    }, set)
  }
  return set
}
