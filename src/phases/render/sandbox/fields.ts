/** What a text in a kustomization names. */
export type SourceKind =
  /** Another kustomization. */
  | 'directory'
  /** A file of objects, or another kustomization. */
  | 'resource'
  /** A file that is read. */
  | 'file'
  /** The same for a generator: `FILE`, or `KEY=FILE`. */
  | 'source'
  /** A file of lines `KEY=VALUE`. */
  | 'variables'
  /** A file, or its text. */
  | 'patch'
  /** The same with the configuration of generators, transformers or validators. */
  | 'plugins'

/** What kustomize makes of a value: it copies it, or it follows the texts in it. */
export type Shape = 'value' | SourceKind | readonly [Shape] | { readonly [field: string]: Shape }

const patch = { path: 'file', patch: 'value', target: 'value', options: 'value' } as const
const replacement = { path: 'file', source: 'value', sourceValue: 'value', targets: 'value' } as const
const generator = {
  name: 'value',
  namespace: 'value',
  behavior: 'value',
  type: 'value',
  options: 'value',
  literals: 'value',
  files: ['source'],
  envs: ['variables'],
  env: 'variables'
} as const
const head = { apiVersion: 'value', kind: 'value', metadata: 'value' } as const

/**
 * Every field of a kustomization (api/types/kustomization.go of kustomize 5.8.1) except those for Helm, which is not
 * run.
 */
export const kustomization: Shape = {
  ...head,
  namePrefix: 'value',
  nameSuffix: 'value',
  namespace: 'value',
  commonLabels: 'value',
  labels: 'value',
  commonAnnotations: 'value',
  images: 'value',
  imageTags: 'value',
  replicas: 'value',
  vars: 'value',
  sortOptions: 'value',
  generatorOptions: 'value',
  buildMetadata: 'value',
  resources: ['resource'],
  bases: ['resource'],
  components: ['directory'],
  crds: ['file'],
  configurations: ['file'],
  openapi: { path: 'file', version: 'value' },
  patches: [patch],
  patchesJson6902: [patch],
  patchesStrategicMerge: ['patch'],
  replacements: [replacement],
  configMapGenerator: [generator],
  secretGenerator: [generator],
  generators: ['plugins'],
  transformers: ['plugins'],
  validators: ['plugins']
}

/** The built-in generators and transformers of kustomize, by kind; any other would be a program. */
const plugins: Readonly<Record<string, Shape>> = {
  AnnotationsTransformer: 'value',
  ConfigMapGenerator: { ...head, ...generator },
  HashTransformer: 'value',
  ImageTagTransformer: 'value',
  LabelTransformer: 'value',
  NamespaceTransformer: 'value',
  PatchJson6902Transformer: { ...head, ...patch, jsonOp: 'value' },
  PatchStrategicMergeTransformer: { ...head, paths: ['patch'], patches: 'value' },
  PatchTransformer: { ...head, ...patch },
  PrefixSuffixTransformer: 'value',
  PrefixTransformer: 'value',
  ReplacementTransformer: { ...head, replacements: [replacement] },
  ReplicaCountTransformer: 'value',
  SecretGenerator: { ...head, ...generator },
  SuffixTransformer: 'value',
  ValueAddTransformer: { ...head, value: 'value', targets: 'value', targetFilePath: 'file' }
}

/** The shape of a plugin's configuration; undefined if kustomize would have to run a program for it. */
export function pluginShape(apiVersion: unknown, kind: unknown): Shape | undefined {
  return apiVersion === 'builtin' && typeof kind === 'string' && Object.hasOwn(plugins, kind)
    ? plugins[kind]
    : undefined
}

export interface Rewriting {
  /** What is written in the place of a text that names something. */
  follow(kind: SourceKind, field: string, text: string): Promise<unknown>
  /** A field that is not there or not of this shape. Kustomize also takes `Resources`, so it must not be passed on. */
  refuse(field: string, problem: string): void
}

/** A value with each reference replaced, and without unknown fields. */
export async function rewritten(value: unknown, shape: Shape, field: string, to: Rewriting): Promise<unknown> {
  if (shape === 'value' || value === null) return value
  if (typeof shape === 'string') {
    return typeof value === 'string' ? to.follow(shape, field, value) : to.refuse(field, 'must be a text')
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return to.refuse(field, 'must be a list')
    const items: unknown[] = []
    for (const item of value) items.push(await rewritten(item, shape[0], field, to))
    return items
  }
  if (typeof value !== 'object' || Array.isArray(value)) return to.refuse(field, 'must be a map')
  const fields: [string, unknown][] = []
  for (const [name, each] of Object.entries(value)) {
    const path = field === '' ? name : `${field}.${name}`
    const inner = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (inner === undefined) to.refuse(path, name.startsWith('helm') ? 'would run Helm' : 'is not a known field')
    else fields.push([name, await rewritten(each, inner, path, to)])
  }
  return Object.fromEntries(fields)
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape)
}

/** JSON that every YAML parser reads alike: ASCII only, because some treat U+2028 as the end of a line. */
export function toPlainYaml(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\u{10ffff}]/gu, (character) => {
    const code = character.codePointAt(0)?.toString(16) ?? ''
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}
