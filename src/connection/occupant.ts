import type { Clock } from '../deadline.ts'
import { at, type KubernetesObject } from '../kubernetes-object.ts'
import { runAnnotation } from './pod.ts'

/** What a pod is that has the name already: of another run that lives or is gone, or of nobody whom we know. */
export type Occupant = 'own' | 'foreign' | 'alive' | 'abandoned'

/** What a run needs at most to read the log of its pod and to remove it. */
const removalMilliseconds = 5_000

/**
 * Judges a pod that stands where ours is to be.
 * @param watched milliseconds for which it has been seen, and has been seen to be at its end
 */
export function occupantOf(pod: KubernetesObject, run: string, watched: { seen: number; ended: number }): Occupant {
  const madeBy = pod.metadata.annotations?.[runAnnotation]
  if (madeBy === run) return 'own'
  if (madeBy === undefined) return 'foreign'
  const lifetime = 1000 * Number(at(pod, 'spec', 'activeDeadlineSeconds') ?? 0)
  return watched.ended >= removalMilliseconds || watched.seen >= lifetime ? 'abandoned' : 'alive'
}

/** Remembers since when the same pod has been seen, and seen at its end: clocks of other machines are not asked. */
export class Watched {
  readonly #clock: Clock
  #uid: string | undefined
  #seenAt = 0
  #endedAt: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  look(pod: KubernetesObject): { seen: number; ended: number } {
    const now = this.#clock.now()
    if (pod.metadata.uid !== this.#uid) [this.#seenAt, this.#endedAt] = [now, undefined]
    this.#uid = pod.metadata.uid
    const isEnded = ['Succeeded', 'Failed'].includes(String(at(pod, 'status', 'phase')))
    this.#endedAt = isEnded ? (this.#endedAt ?? now) : undefined
    return { seen: now - this.#seenAt, ended: now - (this.#endedAt ?? now) }
  }
}
