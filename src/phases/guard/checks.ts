import { claimRisk, claimRiskSentence } from '../../core/kubernetes/claims.ts'
import type { KubernetesObject } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { formatBytes } from '../../core/units.ts'
import type { StoredClaim } from './claims.ts'
import { copyHint, keepVolumeHint, startFirstHint, switchOnHint, waitHint } from './hints.ts'
import type { Running } from './running.ts'

/** Everything that decides whether a deployment would lose data. */
export interface GuardFacts {
  namespace: string
  /** The stored StatefulSet, or the rendered one if none is stored. */
  statefulSet: KubernetesObject
  isStored: boolean
  /** Whether what Redis writes survives its pod. */
  outlivesPod: boolean
  /** Whether container redis keeps the command and the variables that may decide how it starts. */
  startsAlike: boolean
  /** Why redis-0 would restart; empty if it would not. */
  changes: readonly string[]
  /** Whether Redis starts with an append-only file: now, and after the deployment; undefined if unknown. */
  appends: { before: boolean | undefined; after: boolean | undefined }
  /** The readable claims. */
  claims: readonly StoredClaim[]
  /** Undefined if Redis was not queried. */
  running: Running | undefined
  /** Why it could not be queried. */
  silence: string | undefined
  /** Undefined if Redis itself does not reply. */
  barrier: Barrier | undefined
}

/** What prevents the query of a Redis that may well be running: its password, or a missing permission. */
export interface Barrier {
  /** How to get the permission; undefined if it is the password. */
  hint: string | undefined
}

/** A cause of data loss, and how to keep the data. */
export interface Loss {
  sentence: string
  hint: string
}

export interface GuardJudgement {
  losses: Loss[]
  /** What a reader should know besides the verdict. */
  notes: string[]
  /** What was checked and is fine. */
  lines: string[]
}

/** Whether the running Redis must be queried: only if it would end, and only about what its reply decides. */
export function asksRedis({ changes, appends, claims }: Pick<GuardFacts, 'changes' | 'appends' | 'claims'>): boolean {
  return changes.length > 0 && (appends.after !== false || claims.some(({ object }) => object === undefined))
}

export function guardJudgement(facts: GuardFacts): GuardJudgement {
  const claims = facts.claims.flatMap((claim) => claimLoss(claim, facts) ?? [])
  const appending = judgeAppending(facts)
  return { ...appending, losses: [...claims, ...appending.losses] }
}

function claimLoss({ name, object }: StoredClaim, facts: GuardFacts): Loss | undefined {
  const sentence = object && claimRiskSentence(object)
  if (object !== undefined && sentence !== undefined) {
    return { sentence, hint: claimRisk(object) === 'lost' ? copyHint(facts) : keepVolumeHint(facts, object) }
  }
  // No pod starts without its claim: if Redis replies, the claim was lost afterwards.
  if (object !== undefined || facts.running === undefined || facts.running.keys === 0) return undefined
  return {
    sentence: `the claim ${name} is gone, and ${names.pod} would restart (${facts.changes.join(', ')}), on an empty volume: ${held(facts.running)}`,
    hint: copyHint(facts)
  }
}

/** A Redis with an append-only file reads that and no snapshot: if there is none, it starts empty. */
function judgeAppending(facts: GuardFacts): GuardJudgement {
  const { changes, appends, claims, running, silence = '', barrier } = facts
  const nothing: GuardJudgement = { losses: [], notes: [], lines: [] }
  if (changes.length === 0 || appends.after === false) return nothing
  if (appends.after === undefined) return judgeUnknown(facts)
  const restart = `${names.pod} would restart (${changes.join(', ')})`
  if (running === undefined) {
    const said = `Redis cannot be queried (${silence})`
    if (!facts.outlivesPod) return { ...nothing, lines: [`${said}; it keeps no data on a volume that outlives it`] }
    if (claims.length > 0 && claims.every(({ object }) => object === undefined)) {
      return { ...nothing, lines: [`${said}; it has no claim that can hold data`] }
    }
    const toBeAsked = barrier?.hint === undefined ? '' : ` For this run to ask Redis, ${barrier.hint}.`
    if (appends.before === true) {
      const trusted = `${said}; it was deployed with appendonly yes`
      if (barrier === undefined) return { ...nothing, lines: [trusted] }
      const note =
        `${restart}. Whether Redis still writes its append-only file was not checked: ${trusted}. If that was ` +
        `switched off since, what was written from then on is lost.${toBeAsked}`
      return { ...nothing, notes: [note] }
    }
    if (appends.before === undefined) {
      const note =
        `${restart} with appendonly yes, and it is unknown whether it has an append-only file now: ${said}. ` +
        `Without one, every key is lost.${toBeAsked}`
      return { ...nothing, notes: [note] }
    }
    const sentence =
      `${restart} with appendonly yes where it was deployed with appendonly no: it would read an append-only file ` +
      `that is missing or old, and no snapshot, and lose every key. ${said}`
    const hint = barrier?.hint === undefined ? startFirstHint(facts) : `for this run to ask Redis, ${barrier.hint}`
    return { ...nothing, losses: [{ sentence, hint }] }
  }
  if (running.keys === 0) return { ...nothing, lines: [`${restart}; Redis holds no key that could be lost`] }
  if (!facts.outlivesPod) {
    return { ...nothing, notes: [`${restart}, and keeps no data on a volume that outlives it: ${held(running)}`] }
  }
  if (!running.appends) {
    const sentence =
      `${restart} with appendonly yes, and Redis has no append-only file now: it would read one that is missing or ` +
      `old, and no snapshot: ${held(running)}`
    return { ...nothing, losses: [{ sentence, hint: switchOnHint(facts) }] }
  }
  // Redis was started with it: what a rewrite has not written yet is in the previous file.
  if (appends.before === true) return nothing
  // A Redis that was started with one, as is possible here, has no base before the first rewrite.
  const unfinished = running.unfinished.filter((each) => appends.before === false || !/_size:/.test(each))
  if (unfinished.length > 0) {
    const sentence =
      `${restart} with appendonly yes, and the append-only file enabled at runtime is not complete ` +
      `(${unfinished.join(', ')}): ${held(running)}`
    return { ...nothing, losses: [{ sentence, hint: waitHint(facts) }] }
  }
  return { ...nothing, lines: [`${restart}; its append-only file was enabled at runtime and is complete`] }
}

/** The same, if a variable or a script decides how Redis starts. */
function judgeUnknown({ running, silence = '', ...facts }: GuardFacts): GuardJudgement {
  const { changes, appends, claims, startsAlike } = facts
  const nothing: GuardJudgement = { losses: [], notes: [], lines: [] }
  const restart = `${names.pod} would restart (${changes.join(', ')})`
  const unknown = `${restart}, and whether with appendonly yes is not known`
  if (!facts.outlivesPod) return nothing
  if (running === undefined) {
    const hasClaim = claims.length === 0 || claims.some(({ object }) => object !== undefined)
    if (appends.before === true || startsAlike || !hasClaim) return nothing
    const note = `${unknown}. Redis cannot be queried (${silence}). If it has no append-only file now and starts with one, every key is lost.`
    return { ...nothing, notes: [note] }
  }
  if (running.appends || running.keys === 0) return nothing
  const loss = `Redis has no append-only file now; if it starts with one, ${held(running)}`
  if (startsAlike)
    return { ...nothing, notes: [`${unknown}. ${loss}. Its command and its variables stay as they are.`] }
  const hint = `${switchOnHint(facts)}. Or, if Redis is to stay without one, give it the argument \`--appendonly no\`, written out`
  return { ...nothing, losses: [{ sentence: `${unknown}: ${loss}`, hint }] }
}

/** `201 keys (1.2 MiB) would be lost` */
function held({ keys, bytes }: Running): string {
  if (keys === undefined) return 'every key would be lost (Redis still loads them)'
  const size = bytes === undefined ? '' : ` (${formatBytes(bytes)})`
  return `${keys} ${keys === 1 ? 'key' : 'keys'}${size} would be lost`
}
