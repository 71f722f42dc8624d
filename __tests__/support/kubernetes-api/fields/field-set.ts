import { isObject, type Json, type JsonObject } from '../json.ts'

/** A path: elements in FieldsV1 notation, `f:spec`, `k:{"name":"redis"}`, `v:"finalizer"`. */
export type FieldPath = readonly string[]

/** A set of field paths, kept as a tree like FieldsV1. */
export class FieldSet {
  member = false
  readonly children = new Map<string, FieldSet>()

  static fromFieldsV1(fields: JsonObject): FieldSet {
    const set = new FieldSet()
    for (const [element, value] of Object.entries(fields)) {
      if (element === '.') {
        set.member = true
        continue
      }
      const child = FieldSet.fromFieldsV1(isObject(value) ? value : {})
      if (child.children.size === 0) child.member = true
      set.children.set(element, child)
    }
    return set
  }

  toFieldsV1(): JsonObject {
    const fields: JsonObject = {}
    if (this.member && this.children.size > 0) fields['.'] = {}
    for (const [element, child] of this.#sorted()) {
      if (!child.isEmpty()) fields[element] = child.toFieldsV1()
    }
    return fields
  }

  insert(path: FieldPath): void {
    let here: FieldSet = this
    for (const element of path) {
      let next = here.children.get(element)
      if (next === undefined) {
        next = new FieldSet()
        here.children.set(element, next)
      }
      here = next
    }
    here.member = true
  }

  isEmpty(): boolean {
    return !this.member && [...this.children.values()].every((child) => child.isEmpty())
  }

  union(other: FieldSet): FieldSet {
    const keys = [...this.children.keys(), ...other.children.keys()]
    return this.#combine(other, keys, this.member || other.member, (a, b) => a.union(b))
  }

  difference(other: FieldSet): FieldSet {
    const keys = this.children.keys()
    return this.#combine(other, keys, this.member && !other.member, (a, b) => a.difference(b))
  }

  intersection(other: FieldSet): FieldSet {
    const keys = this.children.keys()
    return this.#combine(other, keys, this.member && other.member, (a, b) => a.intersection(b))
  }

  /** The set with all parents of its fields: a manager of a field also wants the map around it. */
  withParents(): FieldSet {
    const result = new FieldSet()
    result.member = !this.isEmpty()
    for (const [element, child] of this.children) result.children.set(element, child.withParents())
    return result
  }

  /** All paths in the order of the API server: at every level the fields themselves before their children. */
  paths(): FieldPath[] {
    const own = this.#sorted().flatMap(([element, child]) => (child.member ? [[element]] : []))
    const below = this.#sorted().flatMap(([element, child]) => child.paths().map((path) => [element, ...path]))
    return [...own, ...below]
  }

  #combine(
    other: FieldSet,
    keys: Iterable<string>,
    member: boolean,
    operation: (a: FieldSet, b: FieldSet) => FieldSet
  ): FieldSet {
    const result = new FieldSet()
    result.member = member
    for (const key of new Set(keys)) {
      const child = operation(this.children.get(key) ?? new FieldSet(), other.children.get(key) ?? new FieldSet())
      if (!child.isEmpty()) result.children.set(key, child)
    }
    return result
  }

  #sorted(): [string, FieldSet][] {
    return [...this.children].sort(([a], [b]) => (a < b ? -1 : 1))
  }
}

/** A path in the notation of conflicts: `.spec.template.spec.containers[name="redis"].image`. */
export function pathText(path: FieldPath): string {
  const element = (text: string): string => {
    const value = text.slice(2)
    if (text.startsWith('f:')) return `.${value}`
    if (text.startsWith('v:')) return `[=${value}]`
    const keys: Json = JSON.parse(value)
    const pairs = isObject(keys) ? Object.entries(keys) : []
    return `[${pairs.map(([key, part]) => `${key}=${JSON.stringify(part)}`).join(',')}]`
  }
  return path.map(element).join('')
}
