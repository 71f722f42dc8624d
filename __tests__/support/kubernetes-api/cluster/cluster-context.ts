import type { ObjectStore } from '../store.ts'
import type { Timers } from '../timers.ts'
import type { EventRecorder } from './event-recorder.ts'

/** What the simulated components of the cluster share. */
export interface ClusterContext {
  readonly store: ObjectStore
  readonly events: EventRecorder
  readonly timers: Timers
  /** How long a healthy pod takes from its creation to Ready. */
  readonly startMs: number
}
