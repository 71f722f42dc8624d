import { claimRisk, claimRiskSentence } from '../../core/kubernetes/claims.ts'
import { listAt, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { compareQuantities } from '../../core/units.ts'
import { judgeAppending } from './append-only.ts'
import type { StoredClaim } from './claims.ts'
import { judgeEngine } from './engine.ts'
import { type GuardFacts, type GuardJudgement, held, type Loss, type SubjectFindings } from './facts.ts'
import { copyHint, keepVolumeHint } from './hints.ts'
import { judgeMemory } from './memory.ts'
import { judgePersistence } from './persistence.ts'
import { judgePlace } from './place.ts'
import { roomNote } from './room.ts'

/** Whether the running Redis must be asked: only where it would end, or would hold less than it may now. */
export function asksRedis({ changes, before, after }: Pick<GuardFacts, 'changes' | 'before' | 'after'>): boolean {
  const isLess = (after.maxmemory ?? 0) > 0 && after.maxmemory !== before?.maxmemory
  return changes.length > 0 || isLess
}

/** Everything that would be lost, unless it was accepted by name. */
export function guardJudgement(facts: GuardFacts): GuardJudgement {
  const judged: SubjectFindings[] = [
    {
      losses: facts.claims.flatMap((claim) => claimLoss(claim, facts) ?? []),
      notes: facts.claims.flatMap((claim) => claimNote(claim, facts) ?? [])
    },
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
  const preparations = judged.flatMap(({ preparations = [] }) => preparations)
  const room = roomNote(facts, preparations)
  const idle = [...facts.accepted].filter((danger) => !dangers.has(danger))
  return {
    losses: all.filter((loss) => !isAccepted(loss)),
    accepted: all.filter(isAccepted).map(({ danger, sentence }) => `Accepted (${danger}): ${sentence}.`),
    preparations,
    notes: [
      ...judged.flatMap(({ notes = [] }) => notes),
      ...(room === undefined ? [] : [room]),
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

/** A claim that stood there before is taken as it is, whatever its template says. */
function claimNote({ name, object }: StoredClaim, { statefulSet }: GuardFacts): string | undefined {
  const template = listAt(statefulSet, 'spec', 'volumeClaimTemplates').find(
    (each) => `${textAt(each, 'metadata', 'name')}-${names.pod}` === name
  )
  if (object === undefined || template === undefined) return undefined
  const size = ['spec', 'resources', 'requests', 'storage']
  const [has, wanted] = [
    textAt(object, 'status', 'capacity', 'storage') ?? textAt(object, ...size),
    textAt(template, ...size)
  ]
  const [ownClass, wantedClass] = [object, template].map((each) => textAt(each, 'spec', 'storageClassName'))
  const [modes, wantedModes] = [object, template].map((each) => listAt(each, 'spec', 'accessModes').join(', '))
  const differences = [
    ...((compareQuantities(has ?? '', wanted ?? '') ?? 0) < 0 ? [`${has} instead of ${wanted}`] : []),
    ...(wantedClass !== undefined && wantedClass !== ownClass
      ? [`StorageClass ${ownClass} instead of ${wantedClass}`]
      : []),
    ...(modes !== '' && modes !== wantedModes ? [`access modes ${modes} instead of ${wantedModes}`] : [])
  ]
  if (differences.length === 0) return undefined
  return (
    `The claim ${name} is not as its template says (${differences.join(', ')}): it stood there before, and is used as it is. ` +
    'To replace it, see "Move to another claim" in docs/data-safety.md.'
  )
}
