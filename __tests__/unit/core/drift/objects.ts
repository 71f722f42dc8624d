import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { baseManifest } from '../../document-of.ts'

/** The objects of the action as they are rendered. */
export const rendered: readonly KubernetesObject[] = parseManifest(baseManifest()).map(({ object }) => object)

export function renderedObject(kind: string, name = 'redis'): KubernetesObject {
  const found = rendered.find((object) => object.kind === kind && object.metadata.name === name)
  if (found === undefined) throw new Error(`no ${kind}/${name} is rendered`)
  return found
}

/** A copy with one place set, or taken away where the value is undefined. */
export function changed(
  object: KubernetesObject,
  path: readonly (string | number)[],
  value: unknown
): KubernetesObject {
  const copy = structuredClone(object)
  const parent = path.slice(0, -1).reduce<unknown>((here, step) => Reflect.get(Object(here), step), copy)
  const last = path.at(-1) ?? ''
  if (value === undefined && Array.isArray(parent)) parent.splice(Number(last), 1)
  else if (value === undefined) Reflect.deleteProperty(Object(parent), last)
  else Reflect.set(Object(parent), last, value)
  return copy
}

/** Every place with a value that is no list and no map. */
export function scalarPaths(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return entries.flatMap(([step, child]) => scalarPaths(child, [...path, step]))
}

/** Every place with a map. */
export function mapPaths(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return []
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  const below = entries.flatMap(([step, child]) => mapPaths(child, [...path, step]))
  return Array.isArray(value) ? below : [path, ...below]
}
