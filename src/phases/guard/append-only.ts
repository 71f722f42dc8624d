import { names } from '../../core/kubernetes/workload.ts'
import { type GuardFacts, held, restartOf, type SubjectFindings } from './facts.ts'
import { startFirstHint, switchOnHint, waitHint } from './hints.ts'

/** A Redis with an append-only file reads that and no snapshot: if there is none, it starts empty. */
export function judgeAppending(facts: GuardFacts): SubjectFindings {
  const { changes, appends, claims, running, silence = '', barrier } = facts
  if (changes.length === 0 || appends.after === false) return {}
  if (appends.after === undefined) return judgeUnknown(facts)
  const restart = restartOf(facts)
  if (running === undefined) {
    const said = `Redis cannot be queried (${silence})`
    if (!facts.outlivesPod) return { lines: [`${said}; it keeps no data on a volume that outlives it`] }
    if (claims.length > 0 && claims.every(({ object }) => object === undefined)) {
      return { lines: [`${said}; it has no claim that can hold data`] }
    }
    const toBeAsked = barrier?.hint === undefined ? '' : ` For this run to ask Redis, ${barrier.hint}.`
    if (appends.before === true) {
      const trusted = `${said}; it was deployed with appendonly yes`
      if (barrier === undefined) return { lines: [trusted] }
      const note =
        `${restart}. Whether Redis still writes its append-only file was not checked: ${trusted}. If that was ` +
        `switched off since, what was written from then on is lost.${toBeAsked}`
      return { notes: [note] }
    }
    if (appends.before === undefined) {
      const note =
        `${restart} with appendonly yes, and it is unknown whether it has an append-only file now: ${said}. ` +
        `Without one, every key is lost.${toBeAsked}`
      return { notes: [note] }
    }
    const sentence =
      `${restart} with appendonly yes where it was deployed with appendonly no: it would read an append-only file ` +
      `that is missing or old, and no snapshot, and lose every key. ${said}`
    const hint = barrier?.hint === undefined ? startFirstHint(facts) : `for this run to ask Redis, ${barrier.hint}`
    return { losses: [{ danger: 'persistence', sentence, hint }] }
  }
  if (running.keys === 0) return { lines: [`${restart}; Redis holds no key that could be lost`] }
  if (!facts.outlivesPod) {
    return { notes: [`${restart}, and keeps no data on a volume that outlives it: ${held(running)}`] }
  }
  if (!running.appends) {
    const sentence =
      `${restart} with appendonly yes, and Redis has no append-only file now: it would read one that is missing or ` +
      'old, and no snapshot'
    return { preparations: [{ kind: 'append-only', because: sentence, hint: switchOnHint(facts) }] }
  }
  // Redis was started with it: what a rewrite has not written yet is in the previous file.
  if (appends.before === true) return {}
  // A Redis that was started with one, as is possible here, has no base before the first rewrite.
  const unfinished = running.unfinished.filter((each) => appends.before === false || !/_size:/.test(each))
  if (unfinished.length > 0) {
    const sentence =
      `${restart} with appendonly yes, and the append-only file enabled at runtime is not complete ` +
      `(${unfinished.join(', ')})`
    return { preparations: [{ kind: 'append-only', because: sentence, hint: waitHint(facts) }] }
  }
  return { lines: [`${restart}; its append-only file was enabled at runtime and is complete`] }
}

/** The same, if a variable or a script decides how Redis starts. */
function judgeUnknown({ running, silence = '', ...facts }: GuardFacts): SubjectFindings {
  const { changes, appends, claims, startsAlike } = facts
  const restart = `${names.pod} would restart (${changes.join(', ')})`
  const unknown = `${restart}, and whether with appendonly yes is not known`
  if (!facts.outlivesPod) return {}
  if (running === undefined) {
    const hasClaim = claims.length === 0 || claims.some(({ object }) => object !== undefined)
    if (appends.before === true || startsAlike || !hasClaim) return {}
    const note = `${unknown}. Redis cannot be queried (${silence}). If it has no append-only file now and starts with one, every key is lost.`
    return { notes: [note] }
  }
  if (running.appends || running.keys === 0) return {}
  const loss = `Redis has no append-only file now; if it starts with one, ${held(running)}`
  if (startsAlike) return { notes: [`${unknown}. ${loss}. Its command and its variables stay as they are.`] }
  const hint = `${switchOnHint(facts)}. Or, if Redis is to stay without one, give it the argument \`--appendonly no\`, written out`
  return { losses: [{ danger: 'persistence', sentence: `${unknown}: ${loss}`, hint }] }
}
