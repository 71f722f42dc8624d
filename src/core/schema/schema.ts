/** The Kubernetes schema of its built-in kinds, as written by `scripts/schema.ts`. */
export interface Schema {
  /** The Kubernetes version it was read from: `v1.36.3`. */
  kubernetes: string
  /** The kinds that it serves, by apiVersion: those whose fields are known here, and the others. */
  kinds: Record<string, { checked: string[]; others: string[] }>
  /** What identifies the items of a list, by its field: x-kubernetes-list-map-keys, or the merge key of a patch. */
  lists: Record<string, string[][]>
  /** Fields by the name of their type; a kind is a type as well. For the notation of a field's type see `fieldType`. */
  types: Record<string, Record<string, string>>
}

export type FieldType =
  | { type: 'any' }
  | { type: 'list' | 'map'; of: string }
  | { type: 'one-of'; allowed: string[] }
  | { type: 'scalar'; scalar: Scalar }
  | { type: 'fields'; fields: Record<string, string> }

const scalars = ['string', 'integer', 'boolean', 'quantity', 'int-or-string', 'bytes'] as const
export type Scalar = (typeof scalars)[number]

/**
 * Parses the notation of a type: `string`, `string[]` a list, `string{}` a map, `|A|B` one of these texts, else the
 * name of a type with fields.
 * @throws Error if the schema has no such type
 */
export function fieldType(written: string, { types }: Schema): FieldType {
  const name = isRequired(written) ? written.slice(0, -1) : written
  if (name === 'any') return { type: 'any' }
  if (name.endsWith('[]')) return { type: 'list', of: name.slice(0, -2) }
  if (name.endsWith('{}')) return { type: 'map', of: name.slice(0, -2) }
  if (name.startsWith('|')) return { type: 'one-of', allowed: name.slice(1).split('|') }
  const scalar = scalars.find((each) => each === name)
  if (scalar !== undefined) return { type: 'scalar', scalar }
  const fields = types[name]
  if (fields === undefined) throw new Error(`the schema has no type ${name}`)
  return { type: 'fields', fields }
}

/** Whether a field is required: its type then ends with `!`. */
export function isRequired(written: string): boolean {
  return written.endsWith('!')
}

/** `v1.36.3` → `1.36` */
export function versionOf({ kubernetes }: Schema): string {
  return kubernetes.replace(/^v|\.\d+$/g, '')
}
