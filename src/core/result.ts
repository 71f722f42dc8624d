import type { FailureCode, FailureReport } from './failure.ts'

export type Topology = 'self-hosted' | 'managed'
export type Change = 'created' | 'configured' | 'unchanged'
export type PhaseName =
  | 'render'
  | 'base'
  | 'plan'
  | 'guard'
  | 'rehearse'
  | 'prepare'
  | 'apply'
  | 'rollout'
  | 'service'
  | 'probe'
  | 'secret'
  | 'elasticache'
  | 'connection'
  | 'data'
  | 'drift'

/** What the running Redis must do before its pod goes, so that its data is there afterwards. */
export interface Preparation {
  /** Switch its append-only file on and complete it; or save a snapshot. */
  kind: 'append-only' | 'save'
  /** Why, in a clause: `redis-0 would restart (configuration) with appendonly yes, and has no such file now`. */
  because: string
  /** What to type if it cannot be done in this run. */
  hint: string
}

/** The outcome of a phase, as shown in the report. */
export interface PhaseResult {
  name: PhaseName
  outcome: 'passed' | 'failed'
  milliseconds: number
  /** One sentence about what was done; empty after a failure, which has its own sentence. */
  sentence: string
  /** Its failure, if the run continued after it. */
  code?: FailureCode
}

export interface ObjectResult {
  /** `StatefulSet/redis` */
  id: string
  change: Change
  /** Why it was changed or taken over, if that is not obvious. */
  note?: string
}

/** One thing that was verified. */
export interface Check {
  name: string
  passed: boolean
  /** What was seen, with numbers. */
  detail: string
  /** It did not hold or could not be shown, and is not required: `passed` is true nevertheless. */
  relaxed?: true
}

/** A check with the failure code it stands for. */
export interface JudgedCheck extends Check {
  code: FailureCode
}

/** What a deployment would do to one object. */
export interface PlannedObject {
  id: string
  /**
   * `valid`: it fits the schema of its kind, and there is nothing to compare it with.
   * `dropped`: it is no longer rendered, and nothing deletes it where it is deployed.
   */
  action: 'create' | 'change' | 'dropped' | 'unchanged' | 'refused' | 'unknown' | 'valid'
  /** Why it would change, or why that is unknown. */
  note?: string
  /** A unified diff for people, without any secret; empty if nothing changes. */
  diff: string
}

/** A change that deserves a second look. */
export interface Danger {
  /** The name of the rule. */
  rule: string
  sentence: string
}

/** What a deployment is about to do, or would do. */
export interface Plan {
  /** Whether the cluster was queried. */
  asked: boolean
  /** `2 to change, redis-0 would restart (configuration)` */
  sentence: string
  objects: PlannedObject[]
  /** Why redis-0 would restart; empty if it would not. */
  restart: string[]
  dangers: Danger[]
}

/**
 * What a program (render, deploy) leaves for the report as JSON in a file; every fact is added as soon as it is known.
 */
export interface ProgramResult {
  /** The run was read-only: nothing was applied. `plan` is a dry run. */
  mode?: 'verify' | 'plan'
  phases: PhaseResult[]
  /** The phase that was running when this was written; it names the phase of a process that was killed. */
  running?: PhaseName
  failure?: FailureReport
  environment?: string
  namespace?: string
  topology?: Topology
  /** Who connected in the phase `connection`. */
  connectedFrom?: 'runner' | 'cluster'
  objects?: ObjectResult[]
  checks?: Check[]
  /** What was to change, found out before the first write. */
  plan?: Plan
  /** What was not checked, and what a reader should know besides the verdict; one sentence each. */
  notes?: string[]
  /** Objects of this action that are in the cluster but no longer in the manifests. */
  leftovers?: string[]
  revision?: string
  rolloutMilliseconds?: number
  redisVersion?: string
  usedMemoryBytes?: number
  maxmemoryBytes?: number
  /** Redis answered before anything was written. */
  servedBefore?: true
  /** The keys that Redis held before it was replaced, and after that. */
  keysBefore?: number
  keysAfter?: number
}
