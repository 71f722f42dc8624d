import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { type Writer, writerOf } from '../managed-fields.ts'
import { type Difference, differencesOf } from './differences.ts'
import { differenceLine } from './words.ts'

/** A rendered object, and what stands in the cluster for it. */
export interface Compared {
  /** `StatefulSet/redis` */
  id: string
  kind: string
  /** The object is not there. */
  missing: boolean
  found: readonly Found[]
}

/** A difference, and who wrote the live field. */
export interface Found {
  difference: Difference
  writer: Writer | undefined
}

/** @param live undefined if there is none */
export function comparedWith(rendered: KubernetesObject, live: KubernetesObject | undefined): Compared {
  const found =
    live === undefined
      ? []
      : differencesOf(rendered, live).map((difference) => ({ difference, writer: writerOf(live, difference.path) }))
  return { id: objectId(rendered), kind: rendered.kind, missing: live === undefined, found }
}

export function isDrifted({ missing, found }: Compared): boolean {
  return missing || found.length > 0
}

/** What is not as rendered, in words; an empty list if all is. */
export function linesOf({ kind, missing, found }: Compared): string[] {
  if (missing) return ['is missing']
  return found.map(({ difference, writer }) => differenceLine(kind, difference, writer))
}

/** The same with the name of the object: `StatefulSet/redis is missing`, `StatefulSet/redis: .spec.replicas is …`. */
export function namedLinesOf(compared: Compared): string[] {
  return linesOf(compared).map((line) => `${compared.id}${compared.missing ? '' : ':'} ${line}`)
}
