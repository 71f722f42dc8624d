import { type GuardFacts, held, type Loss, restartOf, type SubjectFindings } from './facts.ts'
import { moveHint } from './hints.ts'

/** Files that the new Redis would not look for where they are. */
export function judgePlace(facts: GuardFacts): SubjectFindings {
  const { before, after, running, changes } = facts
  if (before === undefined || running === undefined || running.keys === 0) return {}
  if (changes.length === 0 || !facts.outlivesPod) return {}
  const loss = (danger: 'claim' | 'persistence', what: string): Loss => ({
    danger,
    sentence: `${restartOf(facts)}, and ${what}: ${held(running)}`,
    hint: moveHint(facts, danger)
  })
  const [old, next] = [before.place, after.place]
  if (old !== undefined && next !== undefined && old.volume !== next.volume) {
    return { losses: [loss('claim', `its data would be on ${next.volume} and no longer on ${old.volume}`)] }
  }
  if (old !== undefined && next !== undefined && old.folder !== next.folder) {
    return {
      losses: [loss('persistence', `its \`dir\` would be ${next.folder} of ${next.volume} instead of ${old.folder}`)]
    }
  }
  const renamed = Object.entries(after.fileNames ?? {}).flatMap(([directive, name]) => {
    const known = before.fileNames?.[directive]
    return known === undefined || known === name ? [] : [`${directive} would be ${name} instead of ${known}`]
  })
  return renamed.length === 0 ? {} : { losses: [loss('persistence', renamed.join(', '))] }
}
