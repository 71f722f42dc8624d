import { claimRisk, claimRiskSentence } from '../../core/kubernetes/claims.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { judgeAppending } from './append-only.ts'
import type { StoredClaim } from './claims.ts'
import { judgeEngine } from './engine.ts'
import { type GuardFacts, type GuardJudgement, held, type Loss, type SubjectFindings } from './facts.ts'
import { copyHint, keepVolumeHint } from './hints.ts'
import { judgeMemory } from './memory.ts'
import { judgePersistence } from './persistence.ts'
import { judgePlace } from './place.ts'

/** Whether the running Redis must be asked: only where it would end, or would hold less than it may now. */
export function asksRedis({ changes, before, after }: Pick<GuardFacts, 'changes' | 'before' | 'after'>): boolean {
  const isLess = (after.maxmemory ?? 0) > 0 && after.maxmemory !== before?.maxmemory
  return changes.length > 0 || isLess
}

/** Everything that would be lost, unless it was accepted by name. */
export function guardJudgement(facts: GuardFacts): GuardJudgement {
  const judged: SubjectFindings[] = [
    { losses: facts.claims.flatMap((claim) => claimLoss(claim, facts) ?? []) },
    judgeStranger(facts),
    judgeAppending(facts),
    judgePersistence(facts),
    judgePlace(facts),
    judgeMemory(facts),
    judgeEngine(facts)
  ]
  const all = judged.flatMap(({ losses = [] }) => losses)
  const isAccepted = ({ danger }: Loss) => danger !== undefined && facts.accepted.has(danger)
  const dangers = new Set(all.map(({ danger }) => danger))
  const idle = [...facts.accepted].filter((danger) => !dangers.has(danger))
  return {
    losses: all.filter((loss) => !isAccepted(loss)),
    accepted: all.filter(isAccepted).map(({ danger, sentence }) => `Accepted (${danger}): ${sentence}.`),
    preparations: judged.flatMap(({ preparations = [] }) => preparations),
    notes: [
      ...judged.flatMap(({ notes = [] }) => notes),
      ...idle.map((danger) => `\`accept-data-loss\` has ${danger}, and there is no such danger in this change.`)
    ],
    lines: judged.flatMap(({ lines = [] }) => lines)
  }
}

function claimLoss({ name, object }: StoredClaim, facts: GuardFacts): Loss | undefined {
  const sentence = object && claimRiskSentence(object)
  if (object !== undefined && sentence !== undefined) {
    return {
      danger: 'claim',
      sentence,
      hint: claimRisk(object) === 'lost' ? copyHint(facts) : keepVolumeHint(facts, object)
    }
  }
  // No pod starts without its claim: if Redis replies, the claim was lost afterwards.
  if (object !== undefined || facts.running === undefined || facts.running.keys === 0) return undefined
  return {
    danger: 'claim',
    sentence: `the claim ${name} is gone, and ${names.pod} would restart (${facts.changes.join(', ')}), on an empty volume: ${held(facts.running)}`,
    hint: copyHint(facts)
  }
}

/** A Redis that others made is not restarted before somebody could look at its data. */
function judgeStranger({
  changes,
  isStored,
  isOurs,
  running,
  barrier,
  silence = '',
  outlivesPod
}: GuardFacts): SubjectFindings {
  const isLocked = running === undefined && barrier !== undefined && barrier.hint === undefined
  if (!isStored || isOurs || changes.length === 0 || !isLocked || !outlivesPod) return {}
  const sentence =
    `${names.pod}, which another client deployed, would restart (${changes.join(', ')}), and it does not let this run look ` +
    `at its data (${silence})`
  const hint = `give this run its password: write it into Secret/${names.credentials}, or deploy once with \`redis-password\` set to it`
  return { losses: [{ danger: 'persistence', sentence, hint }] }
}
