import type { AcceptableDanger } from '../../core/data-dangers.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import type { DataSetup } from '../../core/rendered-cache/data-setup.ts'
import type { Preparation } from '../../core/result.ts'
import { formatBytes } from '../../core/units.ts'
import type { StoredClaim } from './claims.ts'
import type { Running } from './running.ts'

/** Everything that decides whether a deployment would lose data. */
export interface GuardFacts {
  namespace: string
  /** The stored StatefulSet, or the rendered one if none is stored. */
  statefulSet: KubernetesObject
  isStored: boolean
  /** Whether an earlier run of this action wrote it. */
  isOurs: boolean
  /** Whether what Redis writes survives its pod. */
  outlivesPod: boolean
  /** Whether container redis keeps the command and the variables that may decide how it starts. */
  startsAlike: boolean
  /** Why redis-0 would restart; empty if it would not. */
  changes: readonly string[]
  /** Whether Redis starts with an append-only file: now, and after the deployment; undefined if unknown. */
  appends: { before: boolean | undefined; after: boolean | undefined }
  /** What else decides about data; undefined where nothing is deployed. */
  before: DataSetup | undefined
  after: DataSetup
  /** The readable claims. */
  claims: readonly StoredClaim[]
  /** Undefined if Redis was not queried. */
  running: Running | undefined
  /** Why it could not be queried. */
  silence: string | undefined
  /** Undefined if Redis itself does not reply. */
  barrier: Barrier | undefined
  /** What a person accepted. */
  accepted: ReadonlySet<AcceptableDanger>
}

/** What prevents the query of a Redis that may well be running: its password, or a missing permission. */
export interface Barrier {
  /** How to get the permission; undefined if it is the password. */
  hint: string | undefined
}

/** A cause of data loss, and how to keep the data. */
export interface Loss {
  /** By which name a person may accept it; undefined if nobody can. */
  danger?: AcceptableDanger
  sentence: string
  hint: string
}

/** What one subject has to say. */
export interface SubjectFindings {
  losses?: Loss[]
  preparations?: Preparation[]
  notes?: string[]
  lines?: string[]
}

export interface GuardJudgement {
  losses: Loss[]
  /** Those that were accepted, one sentence each. */
  accepted: string[]
  /** What the running Redis must do before its pod goes. */
  preparations: Preparation[]
  /** What a reader should know besides the verdict. */
  notes: string[]
  /** What was checked and is fine. */
  lines: string[]
}

/** `redis-0 would restart (configuration)` */
export function restartOf({ changes }: Pick<GuardFacts, 'changes'>): string {
  return `redis-0 would restart (${changes.join(', ')})`
}

/** `201 keys (1.2 MiB) would be lost` */
export function held({ keys, bytes }: Running): string {
  if (keys === undefined) return 'every key would be lost (Redis still loads them)'
  const size = bytes === undefined ? '' : ` (${formatBytes(bytes)})`
  return `${keys} ${keys === 1 ? 'key' : 'keys'}${size} would be lost`
}
