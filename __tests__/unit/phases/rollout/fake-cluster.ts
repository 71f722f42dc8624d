import type { Clock } from '../../../../src/core/clock.ts'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import type { RolloutDeps } from '../../../../src/phases/rollout/deps.ts'
import type { Recovery } from '../../../../src/phases/rollout/replacement.ts'
import { statefulSet } from './shapes.ts'

/** What the cluster answers from a moment on, in milliseconds. */
export interface Scene {
  from: number
  statefulSet?: KubernetesObject | undefined
  pods?: KubernetesObject[]
  /** A pod redis-0 that the selector does not match. */
  namesake?: KubernetesObject
  events?: KubernetesObject[]
}

export interface Played {
  deps: RolloutDeps
  clock: Clock
  /** Each line of the log with the time at which it was written. */
  lines: [milliseconds: number, line: string][]
  /** When events were asked for. */
  eventsAsked: number[]
  logsAsked: string[]
  /** What deletes pods: from then on, the scenes are those of `afterDeletion`. */
  recovery: Recovery
  /** The UIDs for which a deletion was asked, and when. */
  deletions: [milliseconds: number, uid: string | undefined][]
  notes: string[]
}

interface Play {
  /** What the cluster answers from the deletion of a pod on, by the time since then. */
  afterDeletion?: readonly Scene[]
  /** Called with the time of each sleep; may abort the controller. */
  onSleep?: (now: number, controller: AbortController) => void
  /** What a request throws at this time, if anything. */
  fault?: (now: number, request: string) => unknown
}

/** A cluster that plays scenes by a clock that only sleeping moves. */
export function play(scenes: readonly Scene[], { afterDeletion, onSleep, fault }: Play = {}): Played {
  let now = 0
  const controller = new AbortController()
  const lines: Played['lines'] = []
  const eventsAsked: number[] = []
  const logsAsked: string[] = []
  const deletions: Played['deletions'] = []
  const notes: string[] = []
  const scene = () => {
    const [deleted] = deletions[0] ?? []
    const [played, since] =
      afterDeletion !== undefined && deleted !== undefined ? [afterDeletion, now - deleted] : [scenes, now]
    return played.findLast(({ from }) => from <= since) ?? { from: 0 }
  }
  const answer = async <T>(request: string, value: T): Promise<T> => {
    const error = fault?.(now, request)
    if (error !== undefined) throw error
    return value
  }
  const clock: Clock = {
    now: () => now,
    async sleep(milliseconds, signal) {
      signal.throwIfAborted()
      now += milliseconds
      onSleep?.(now, controller)
      signal.throwIfAborted()
    }
  }
  const deps: RolloutDeps = {
    cluster: {
      readStatefulSet: () => {
        const here = scene()
        return answer('statefulset', 'statefulSet' in here ? here.statefulSet : statefulSet())
      },
      listPods: () => answer('pods', scene().pods ?? []),
      listPodsNamed: () => answer('namesake', [scene().namesake ?? []].flat()),
      listEvents: () => {
        eventsAsked.push(now)
        return answer('events', scene().events ?? [])
      },
      readLog: (_, pod, container, previous) => {
        const request = `${pod} ${container}${previous ? ' previous' : ''}`
        logsAsked.push(request)
        return answer('log', `last words of ${request}`)
      }
    },
    toFailure: (error, { verb, object }) => new Failure('cluster-unreachable', `${verb} ${object}: ${error}`, 'wait'),
    neededLabels: [],
    clock,
    date: () => new Date('2026-11-23T06:00:00Z'),
    signal: controller.signal,
    log: (line) => lines.push([now, line])
  }
  const recovery: Recovery = {
    async deletePod({ metadata: { uid } }) {
      deletions.push([now, uid])
      return answer('delete', scene().pods !== undefined)
    },
    note: (sentence) => notes.push(sentence)
  }
  return { deps, clock, lines, eventsAsked, logsAsked, recovery, deletions, notes }
}
