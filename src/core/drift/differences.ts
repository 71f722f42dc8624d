import { fieldOf, type Path } from '../kubernetes/field-path.ts'
import { isAskedFor } from '../kubernetes/managed-fields.ts'
import { at, isMap, type KubernetesObject, textAt } from '../kubernetes/object.ts'
import { isDefault, isDefaultItem } from './defaults.ts'
import { isExtraField, isJudgedByField, isJudgedByOwner } from './extra-fields.ts'
import { isOpenList, leftToServer, sameScalar, saysNothing } from './field-rules.ts'
import { pairsOf } from './list-items.ts'

/** A field with a different meaning in the cluster and in the manifest; undefined where one of the two lacks it. */
export interface Difference {
  path: Path
  rendered: unknown
  live: unknown
}

/** The metadata that belongs to the content of an object. */
const ownMetadata = ['labels', 'annotations', 'finalizers']

/**
 * The differences between a live and a rendered object. Every rendered field must mean the same; fields that only the
 * live object has are ignored as defaults or the work of controllers, except for items of lists, fields without a
 * default, and fields of a workload that another client set.
 */
export function differencesOf(rendered: KubernetesObject, live: KubernetesObject): Difference[] {
  const comparison = new Comparison(live, rendered.kind)
  const { metadata, status: _status, ...content } = comparable(rendered)
  const own = Object.fromEntries(ownMetadata.map((field) => [field, metadata[field]]))
  return comparison.maps({ metadata: own, ...content }, comparable(live), [])
}

class Comparison {
  readonly #live: KubernetesObject
  readonly #kind: string

  constructor(live: KubernetesObject, kind: string) {
    this.#live = live
    this.#kind = kind
  }

  maps(rendered: object, live: object, path: Path): Difference[] {
    const wanted = Object.entries(rendered).flatMap(([field, value]) =>
      this.#values(value, at(live, field), [...path, field])
    )
    const own = fieldOf(path) === 'resources' ? withoutLimitsAsRequests(rendered, live) : live
    const extra = Object.entries(own).flatMap(([field, value]) =>
      isNothing(at(rendered, field)) && !isMirrored(rendered, field, value) ? this.#liveOnly(value, path, field) : []
    )
    return [...wanted, ...extra]
  }

  #liveOnly(live: unknown, around: Path, field: string): Difference[] {
    const path = [...around, field]
    if (saysNothing(live, path)) return []
    const extra = [{ path, rendered: undefined, live }]
    if (isExtraField(this.#kind, around, field, live)) return extra
    if (isMap(live)) return isJudgedByField(this.#kind, path) ? this.maps({}, live, path) : []
    const isSet = isJudgedByOwner(this.#kind, path) && !isDefault(field, live) && isAskedFor(this.#live, path)
    return isSet ? extra : []
  }

  #values(rendered: unknown, live: unknown, path: Path): Difference[] {
    // Null requests nothing, or a default.
    if (isNothing(rendered) || leftToServer(rendered, path)) return []
    if (saysNothing(rendered, path) && saysNothing(live, path)) return []
    if (Array.isArray(rendered)) {
      const isList = Array.isArray(live) || isNothing(live)
      return isList ? this.#lists(rendered, live ?? [], path) : [{ path, rendered, live }]
    }
    if (typeof rendered !== 'object') {
      return sameScalar(rendered, live, path) ? [] : [{ path, rendered, live: live ?? undefined }]
    }
    if (typeof live !== 'object' || live === null) return [{ path, rendered, live: live ?? undefined }]
    return this.maps(rendered, live, path)
  }

  #lists(rendered: readonly unknown[], live: readonly unknown[], path: Path): Difference[] {
    const isOpen = isOpenList(this.#kind, path)
    const areScalars = [...rendered, ...live].every((item) => typeof item !== 'object')
    if (areScalars && !isOpen) {
      const isSame =
        rendered.length === live.length && rendered.every((item, index) => sameScalar(item, live[index], path))
      return isSame ? [] : [{ path, rendered, live: live.length === 0 ? undefined : live }]
    }
    const same = (wanted: unknown, found: unknown) => this.#values(wanted, found, [...path, 0]).length === 0
    return pairsOf(rendered, live, fieldOf(path), same).flatMap(({ step, rendered: wanted, live: found }) => {
      if (wanted === undefined)
        return isOpen || isDefaultItem(fieldOf(path), found)
          ? []
          : [{ path: [...path, step], rendered: undefined, live: found }]
      return this.#values(wanted, found, [...path, step])
    })
  }
}

/** The server writes the name of a service account to both fields, whichever of them was set. */
function isMirrored(rendered: object, field: string, live: unknown): boolean {
  return field === 'serviceAccountName' && at(rendered, 'serviceAccount') === live
}

/** The resources without each request that is not rendered and is the limit, as it is by default. */
function withoutLimitsAsRequests(rendered: object, live: object): object {
  if (!isNothing(at(rendered, 'requests'))) return live
  const isLimit = ([name, value]: [string, unknown]) =>
    sameScalar(at(rendered, 'limits', name), value, ['requests', name])
  const others = Object.entries(Object(at(live, 'requests'))).filter((request) => !isLimit(request))
  return { ...live, requests: Object.fromEntries(others) }
}

function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

/** An object in the form used for comparison: in a Secret, `stringData` counts as `data`, and base64 is decoded. */
function comparable(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object
  const { data, stringData, ...others } = object
  const decoded = Object.keys(Object(data)).map((key) => [key, canonical(textAt(data, key) ?? '')])
  const encoded = Object.keys(Object(stringData)).map((key) => [
    key,
    Buffer.from(textAt(stringData, key) ?? '').toString('base64')
  ])
  return { ...others, data: Object.fromEntries([...decoded, ...encoded]) }
}

/** The same bytes without the optional line breaks of base64. */
function canonical(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64')
}
