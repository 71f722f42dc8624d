import { Failure } from '../../core/failure.ts'
import { at, type KubernetesObject, listAt, objectId, textAt } from '../../core/kubernetes/object.ts'
import { shownValues } from '../../core/redact/shown-value.ts'
import { compareQuantities, sameQuantity } from '../../core/units.ts'

/** The mutable fields of a StatefulSet; the server lists these if another one is changed. */
const mutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds'
]
const claims = 'volumeClaimTemplates'
const sizePath = ['spec', 'resources', 'requests', 'storage']

interface Difference {
  field: string
  stored: unknown
  wanted: unknown
}

/** Names the changed fields of a StatefulSet, which the server does not name, and what to do about each. */
export function immutableFailure(
  failure: Failure,
  stored: KubernetesObject,
  wanted: KubernetesObject,
  namespace: string
): Failure {
  const differences = stored.kind === 'StatefulSet' ? fixedDifferences(stored, wanted) : []
  if (differences.length === 0) return failure
  const named = differences.map(({ field, stored: old, wanted: next }) => {
    const values = shownValues(stored.kind, field, [old, next])
    return values === undefined ? field : `${field} is ${values[0]}, wanted: ${values[1]}`
  })
  return new Failure(
    failure.code,
    `cannot apply ${objectId(stored)} in namespace ${namespace}, because a field is immutable: ${named.join('; ')}`,
    hintFor(stored, wanted, differences, namespace),
    [{ title: 'What the API server says', text: failure.message }, ...failure.evidence],
    failure.cause
  )
}

function hintFor(
  stored: KubernetesObject,
  wanted: KubernetesObject,
  differences: readonly Difference[],
  namespace: string
): string {
  const kubectl = `kubectl --namespace ${namespace}`
  const orphan = `\`${kubectl} delete statefulset ${stored.metadata.name} --cascade=orphan\``
  const grown = listAt(wanted, 'spec', claims).flatMap((claim) => {
    const [old, next] = [claimNamed(stored, claim), claim].map((each) => textAt(each, ...sizePath))
    return old !== undefined && next !== undefined && old !== next ? [{ name: claimName(claim), old, next }] : []
  })
  if (differences.some(({ field }) => field.startsWith('.spec.selector'))) {
    return `restore the old value, or delete the StatefulSet with its pod and run again: \`${kubectl} delete statefulset ${stored.metadata.name}\``
  }
  const sizesOnly = differences.every(({ field }) => field.endsWith(`.${sizePath.join('.')}`))
  if (!sizesOnly) {
    const kept = differences.some(({ field }) => field.startsWith(`.spec.${claims}`))
      ? '; existing claims stay as they are'
      : ''
    return `restore the old value, or delete the StatefulSet without its pod, ${orphan}, and run again${kept}`
  }
  if (grown.some(({ old, next }) => (compareQuantities(next, old) ?? 0) < 0)) {
    return 'restore the old value: a claim can grow but not shrink'
  }
  const replicas = Number(at(stored, 'spec', 'replicas') ?? 1)
  const patches = grown.flatMap(({ name, next }) =>
    Array.from({ length: replicas }, (_, index) => {
      const patch = JSON.stringify({ spec: { resources: { requests: { storage: next } } } })
      return `\`${kubectl} patch persistentvolumeclaim ${name}-${stored.metadata.name}-${index} --patch '${patch}'\``
    })
  )
  return (
    `to enlarge the volume and keep its data, run ${[...patches, orphan].join(' and then ')}, and run again ` +
    '(its StorageClass must have allowVolumeExpansion: true); or restore the old value'
  )
}

function claimName(claim: unknown): string {
  return textAt(claim, 'metadata', 'name') ?? ''
}

function claimNamed(statefulSet: KubernetesObject, like: unknown): unknown {
  return listAt(statefulSet, 'spec', claims).find((claim) => claimName(claim) === claimName(like))
}

/** The differences in the immutable parts of two specs, as far as the rendered one sets them. */
function fixedDifferences(stored: KubernetesObject, wanted: KubernetesObject): Difference[] {
  const spec = Object.entries(at(wanted, 'spec') ?? {}).filter(([name]) => !mutable.includes(name))
  const found = spec.flatMap(([name, value]) =>
    name === claims ? [] : differencesOf(at(stored, 'spec', name), value, `.spec.${name}`)
  )
  const [old, next] = [stored, wanted].map((each) => listAt(each, 'spec', claims).map(claimName))
  if (JSON.stringify(old) !== JSON.stringify(next)) {
    return [...found, { field: `.spec.${claims}`, stored: old, wanted: next }]
  }
  return [
    ...found,
    ...listAt(wanted, 'spec', claims).flatMap((claim) =>
      differencesOf(claimNamed(stored, claim), claim, `.spec.${claims}[name=${JSON.stringify(claimName(claim))}]`)
    )
  ]
}

function differencesOf(stored: unknown, wanted: unknown, field: string): Difference[] {
  if (typeof wanted === 'object' && wanted !== null && typeof stored === 'object' && stored !== null) {
    const inList = Array.isArray(wanted)
    if (inList && listAt(stored).length !== wanted.length) return [{ field, stored, wanted }]
    return Object.entries(wanted).flatMap(([name, value]) =>
      differencesOf(at(stored, name), value, inList ? `${field}[${name}]` : `${field}.${name}`)
    )
  }
  return isSame(stored, wanted, field) ? [] : [{ field, stored, wanted }]
}

/** `1Gi` and `1024Mi` are equal, and the server keeps the spelling that was written first. */
function isSame(stored: unknown, wanted: unknown, field: string): boolean {
  if (stored === wanted || wanted === null) return true
  return /\.resources\.(requests|limits)\./.test(field) && sameQuantity(String(stored), String(wanted))
}
