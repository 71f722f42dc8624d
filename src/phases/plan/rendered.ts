import { isDeepStrictEqual } from 'node:util'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { names, referencedNames } from '../../core/kubernetes/workload.ts'
import type { Plan, PlannedObject } from '../../core/result.ts'
import { dangersOf } from './dangers.ts'
import { objectDiff } from './diff.ts'
import { planSentence } from './plan.ts'
import { restartReasons } from './predicted-restart.ts'

/** A rendered object, and the result of the check without a cluster. */
export interface RenderedObject {
  object: KubernetesObject
  /** The problems, one sentence each. */
  problems: readonly string[]
  /** What could not be checked, and why. */
  note?: string
}

/**
 * What a change of the manifests changes, without a cluster.
 * @param base the objects of another branch; undefined if there is nothing to compare with, and then no change is known
 */
export function planOfRendered(
  rendered: readonly RenderedObject[],
  base: readonly KubernetesObject[] | undefined
): Plan {
  const wanted = rendered.map(({ object }) => object)
  const stored = new Map(base?.map((object) => [identity(object), object]))
  const objects = [
    ...rendered.map((each) => planned(each, stored.get(identity(each.object)), base !== undefined)),
    ...noLongerRendered(wanted, base ?? []).map(dropped)
  ]
  const restart = base === undefined ? [] : restartBetween(base, wanted)
  const isCompared = base !== undefined || objects.some(({ action }) => action === 'refused')
  return {
    asked: false,
    sentence: isCompared ? planSentence(objects, restart) : `${counted(objects.length)} checked, not compared`,
    objects,
    restart,
    dangers: base === undefined ? [] : dangersOf(base, wanted)
  }
}

/** The objects of another branch that this one does not render. */
function noLongerRendered(
  rendered: readonly KubernetesObject[],
  base: readonly KubernetesObject[]
): readonly KubernetesObject[] {
  const wanted = new Set(rendered.map(identity))
  return base.filter((object) => !wanted.has(identity(object)))
}

function dropped(object: KubernetesObject): PlannedObject {
  const note = 'not deleted where it is deployed'
  return { id: objectId(object), action: 'dropped', note, diff: objectDiff(object, undefined) }
}

function planned(
  { object, problems, note }: RenderedObject,
  before: KubernetesObject | undefined,
  isCompared: boolean
): PlannedObject {
  const diff = isCompared ? objectDiff(before, object, object) : ''
  // If changes are unknown, the schema still confirms that an object is valid.
  const action = isCompared ? actionOf(before, object) : note === undefined ? 'valid' : 'unknown'
  const notes = [
    ...problems,
    ...(note === undefined ? [] : [note]),
    ...(action === 'change' && diff === '' ? ['only the order changes, which a diff does not show'] : [])
  ]
  return {
    id: objectId(object),
    action: problems.length > 0 ? 'refused' : action,
    ...(notes.length > 0 && { note: notes.join('. ') }),
    diff
  }
}

function actionOf(before: KubernetesObject | undefined, after: KubernetesObject): PlannedObject['action'] {
  if (before === undefined) return 'create'
  return isDeepStrictEqual(before, after) ? 'unchanged' : 'change'
}

/** Why redis-0 would restart after a change from one to the other; the password is not rendered. */
function restartBetween(base: readonly KubernetesObject[], wanted: readonly KubernetesObject[]): string[] {
  const [before, after] = [base, wanted].map((objects) =>
    objects.find((object) => objectId(object) === `StatefulSet/${names.statefulSet}`)
  )
  if (before === undefined || after === undefined) return []
  const isSame = isDeepStrictEqual(configurationOf(before, base), configurationOf(after, wanted))
  return [...(isSame ? [] : ['configuration']), ...restartReasons(before, after)]
}

/** The content of the checksum annotation: the ConfigMaps that the pod template refers to. */
function configurationOf(statefulSet: KubernetesObject, objects: readonly KubernetesObject[]): unknown {
  const read = referencedNames(statefulSet, 'configMap')
  const configMaps = objects.filter(({ kind, metadata }) => kind === 'ConfigMap' && read.has(metadata.name))
  return new Map(
    configMaps.map(({ metadata, data = {}, binaryData = {} }): [string, unknown] => [
      metadata.name,
      { data, binaryData }
    ])
  )
}

/** The identity of an object; another version of its kind is the same object. */
function identity({ apiVersion, kind, metadata }: KubernetesObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return [group, kind, metadata.namespace ?? '', metadata.name].join(' ')
}

function counted(count: number): string {
  return `${count} ${count === 1 ? 'object' : 'objects'}`
}
