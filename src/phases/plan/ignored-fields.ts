import { at, isMap, type KubernetesObject } from '../../core/kubernetes/object.ts'
import { itemsByKey } from './list-items.ts'
import type { RedactedTree } from './redacted-tree.ts'

/** What the server counts and keeps about an object. */
const ignoredMetadata = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink']

/** What controllers note for themselves, and copies of what was applied, which hold all that the object holds. */
const ignoredAnnotations = [
  /\/last-applied/,
  /^deployment\.kubernetes\.io\//,
  /^deprecated\.daemonset\.template\.generation$/,
  /^pv\.kubernetes\.io\//
]

/** The content of an object, without what the server and its controllers write into it. */
export function withoutIgnoredFields(object: KubernetesObject): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = object
  const kept = Object.entries(metadata).filter(([name]) => !ignoredMetadata.includes(name) && name !== 'annotations')
  const annotations = Object.entries(at(metadata, 'annotations') ?? {}).filter(
    ([name]) => !ignoredAnnotations.some((pattern) => pattern.test(name))
  )
  return {
    ...rest,
    ...(object.kind === 'Secret' && secretData(object)),
    metadata: {
      ...Object.fromEntries(kept),
      ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) })
    }
  }
}

/** The keys of a Secret in one form: the server writes stringData into data. */
function secretData({ data = {}, stringData }: KubernetesObject): object {
  if (!isMap(data) || !isMap(stringData)) return {}
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])
  return { data: Object.fromEntries([...Object.entries(data), ...encoded]), stringData: undefined }
}

/**
 * The server's version of something new, without what nobody requested: defaults and assigned addresses. Changes to
 * existing fields are kept, whoever makes them.
 * @param rendered what was requested
 */
export function withoutDefaults(
  after: RedactedTree,
  before: RedactedTree | undefined,
  rendered: RedactedTree | undefined,
  field = ''
): RedactedTree {
  if (rendered === undefined) return after
  if (after.type === 'map' && rendered.type === 'map') {
    const old = before?.type === 'map' ? before.entries : undefined
    return { type: 'map', entries: pruned(after.entries, old, rendered.entries, (key) => key) }
  }
  if (after.type !== 'list' || rendered.type !== 'list') return after
  const [own, asked] = [itemsByKey(field, after.items), itemsByKey(field, rendered.items)]
  const old = before?.type === 'list' ? itemsByKey(field, before.items) : undefined
  if (own !== undefined && asked !== undefined) {
    return { type: 'list', items: [...pruned(own, old, asked, () => '').values()] }
  }
  if (before !== undefined || after.items.length !== rendered.items.length) return after
  return {
    type: 'list',
    items: after.items.map((item, index) => withoutDefaults(item, undefined, rendered.items[index]))
  }
}

/** @param before undefined if it did not exist, so that everything is new */
function pruned(
  after: ReadonlyMap<string, RedactedTree>,
  before: ReadonlyMap<string, RedactedTree> | undefined,
  rendered: ReadonlyMap<string, RedactedTree>,
  fieldOf: (key: string) => string
): ReadonlyMap<string, RedactedTree> {
  const kept = [...after].filter(([key]) => before !== undefined || rendered.has(key))
  return new Map(
    kept.map(([key, child]) => [key, withoutDefaults(child, before?.get(key), rendered.get(key), fieldOf(key))])
  )
}
