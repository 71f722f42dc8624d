import type { FailureCode, FailureReport } from './failure.ts'

export type Topology = 'self-hosted' | 'managed'
export type Change = 'created' | 'configured' | 'unchanged'
export type PhaseName =
  | 'render'
  | 'base'
  | 'apply'
  | 'rollout'
  | 'service'
  | 'probe'
  | 'secret'
  | 'elasticache'
  | 'connection'
  | 'drift'
  | 'plan'

/** What a phase did, in the words of the report. */
export interface PhaseResult {
  name: PhaseName
  outcome: 'passed' | 'failed'
  milliseconds: number
  /** One sentence: what was done or, after a failure, nothing (the failure speaks). */
  sentence: string
  /** What it failed with, where the run may have gone on after that. */
  code?: FailureCode
}

export interface ObjectResult {
  /** `StatefulSet/redis` */
  id: string
  change: Change
  /** Why it was changed or taken over, where that is not obvious. */
  note?: string
}

/** One thing that was verified. */
export interface Check {
  name: string
  passed: boolean
  /** What was seen, with numbers. */
  detail: string
  /** It did not hold or was not shown, and need not: `passed` is true all the same. */
  relaxed?: true
}

/** A check with the code of the failure that it stands for. */
export interface JudgedCheck extends Check {
  code: FailureCode
}

/** What a deployment would do to one object. */
export interface PlannedObject {
  id: string
  /**
   * `valid`: it keeps the schema of its kind, and there is nothing to compare it with.
   * `dropped`: it is no longer rendered, and nothing deletes it where it is deployed.
   */
  action: 'create' | 'change' | 'dropped' | 'unchanged' | 'refused' | 'unknown' | 'valid'
  /** Why it would change, or why that is not known. */
  note?: string
  /** A unified diff for people, without any secret; an empty text where nothing changes. */
  diff: string
}

/** A change that deserves a second look. */
export interface Danger {
  /** The name of the rule. */
  rule: string
  sentence: string
}

/** What a dry run found. */
export interface Plan {
  /** Whether the cluster was asked. */
  asked: boolean
  /** `2 to change, redis-0 would restart (configuration)` */
  sentence: string
  objects: PlannedObject[]
  /** Why redis-0 would restart; empty if it would not. */
  restart: string[]
  dangers: Danger[]
}

/** What a program (render, deploy) leaves for the report, as JSON in a file; every fact as soon as it is known. */
export interface ProgramResult {
  /** The run only looked: nothing was applied. */
  mode?: 'verify'
  phases: PhaseResult[]
  /** The phase that was running when this was written; a process that was killed leaves its name here. */
  running?: PhaseName
  failure?: FailureReport
  environment?: string
  namespace?: string
  topology?: Topology
  objects?: ObjectResult[]
  checks?: Check[]
  /** What a dry run found, instead of what was done. */
  plan?: Plan
  /** What was not checked, and what a reader should know beside the verdict; one sentence each. */
  notes?: string[]
  /** Objects of this action that are in the cluster and no longer in the manifests. */
  leftovers?: string[]
  revision?: string
  rolloutMilliseconds?: number
  redisVersion?: string
  usedMemoryBytes?: number
  maxmemoryBytes?: number
}
