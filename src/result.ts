import type { FailureReport } from './failure.ts'

export type Topology = 'self-hosted' | 'managed'
export type Change = 'created' | 'configured' | 'unchanged'
export type PhaseName = 'render' | 'apply' | 'rollout' | 'probe'

/** What a phase did, in the words of the report. */
export interface PhaseResult {
  name: PhaseName
  outcome: 'passed' | 'failed'
  milliseconds: number
  /** One sentence: what was done or, after a failure, nothing (the failure speaks). */
  sentence: string
}

export interface ObjectResult {
  /** `StatefulSet/redis` */
  id: string
  change: Change
  /** Why it was changed or taken over, where that is not obvious. */
  note?: string
}

/** One thing that was verified on the running cache. */
export interface Check {
  name: string
  passed: boolean
  /** What was seen, with numbers. */
  detail: string
}

/** What a program (render, deploy) leaves for the report, as JSON in a file; every fact as soon as it is known. */
export interface ProgramResult {
  phases: PhaseResult[]
  /** The phase that was running when this was written; a process that was killed leaves its name here. */
  running?: PhaseName
  failure?: FailureReport
  environment?: string
  namespace?: string
  topology?: Topology
  objects?: ObjectResult[]
  checks?: Check[]
  revision?: string
  rolloutMilliseconds?: number
  redisVersion?: string
  usedMemoryBytes?: number
  maxmemoryBytes?: number
  memoryThresholdPercent?: number
}
