import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import type { SecretDeps } from '../deps.ts'
import { type Reports, readExternalSecret, readReports } from './api-calls.ts'
import { type Freshness, freshness } from './refresh-policy.ts'
import { failuresOf, newFailures, problemSince, type Start, type SyncProblem, turnedFalse } from './sync-problem.ts'

/** The minimum time between two requests for events, which a successful sync does not need. In milliseconds. */
const reportsEvery = 1_000

/** The state of an ExternalSecret after a forced sync. */
export interface Look {
  object: KubernetesObject
  freshness: Freshness
  reports: Reports
  /** What the operator fails at. */
  problem: SyncProblem | undefined
}

/** An ExternalSecret right after its sync was forced. */
export interface Told {
  object: KubernetesObject
  /** The version that was synced before: another one proves the sync. */
  version: string | undefined
}

/** Looks at an ExternalSecret that was told to sync, and remembers for how long nothing has happened. */
export class SyncObserver {
  readonly #start: Start
  readonly #version: string | undefined
  readonly #namespace: string
  readonly #deps: SecretDeps
  #reports: Reports
  #reportsAt: number
  #quietSince: number

  /** @param before the state before the sync was forced */
  constructor({ object, version }: Told, before: Reports, namespace: string, deps: SecretDeps) {
    this.#start = { object, failures: failuresOf(object, before.events) }
    this.#version = version
    this.#namespace = namespace
    this.#deps = deps
    this.#reports = before
    this.#reportsAt = deps.clock.now()
    this.#quietSince = deps.clock.now()
  }

  /** For how many milliseconds the operator has neither synced nor failed. */
  get quiet(): number {
    return this.#deps.clock.now() - this.#quietSince
  }

  /** @param needsEvents whether a verdict may rest on this look, so that it needs the events of now */
  async look(needsEvents: boolean): Promise<Look> {
    const object = await readExternalSecret(this.#start.object, this.#namespace, this.#deps)
    const state = freshness(object, this.#version)
    if (state.state === 'waiting' && (needsEvents || this.#isDue(object))) await this.#report()
    const problem = problemSince(this.#start, object, this.#reports, this.#namespace)
    if (problem !== undefined) this.#quietSince = this.#deps.clock.now()
    return { object, freshness: state, reports: this.#reports, problem }
  }

  /** A condition that has just become False means that an event exists, or is about to arrive. */
  #isDue(object: KubernetesObject): boolean {
    const failures = newFailures(failuresOf(object, this.#reports.events), this.#start.failures)
    const isUnexplained = failures.length === 0 && turnedFalse(this.#start, object)
    return isUnexplained || this.#deps.clock.now() - this.#reportsAt >= reportsEvery
  }

  async #report(): Promise<void> {
    // Events that must not be listed now cannot be listed a second later.
    if (this.#reports.refusal !== undefined) return
    this.#reportsAt = this.#deps.clock.now()
    this.#reports = await readReports(this.#namespace, this.#deps)
  }
}
