import { type Finding, type ProbeContext, serviceOf } from './probe-context.ts'

/** How many connections a pod of the cluster makes: of two Redises behind a Service, both are met but in one run of 512. */
export const connectionRounds = 9

/** What the report says of the connections: a check, or why there is none. */
interface OneRedis {
  finding: Finding | undefined
  notes: string[]
}

/**
 * Whether all connections through the Service reach one Redis: each starts with a run_id of its own. A second Redis, or
 * one of another namespace, may know the password and give every other answer as redis-0 does.
 * @param rounds what each connection got: `run_id:…`, an error reply, or another word without an answer
 * @param runId of redis-0 or, where it is not known, of the Redis that gave the other answers; undefined where it tells none
 */
export function oneRedis(rounds: readonly string[], runId: string | undefined, context: ProbeContext): OneRedis {
  const because = (reason: string): OneRedis => ({
    finding: undefined,
    notes: [`Not checked that all connections reach one Redis: ${reason}.`]
  })
  if (runId === undefined) return because('INFO has no run_id')
  const same = rounds.filter((said) => said === `run_id:${runId}`).length
  const others = rounds.filter((said) => said !== `run_id:${runId}` && isAnother(said)).length
  const all = same + others
  const silent = rounds.length - all
  const notes = silent === 0 ? [] : [`${silent} of ${rounds.length} connections to Redis got no answer to INFO.`]
  if (all === 0) return because('no further connection got an answer to INFO')
  const base = { name: 'one Redis', code: 'service-mismatch' } as const
  if (others === 0) {
    return {
      finding: { ...base, passed: true, detail: `${all} of ${all} connections reached the same run_id`, hint: '' },
      notes
    }
  }
  const { namespace, address } = context
  return {
    finding: {
      ...base,
      passed: false,
      detail: `${others} of ${all} connections reached another Redis`,
      hint:
        'let the Service lead to redis-0 alone: `kubectl ' +
        `-n ${namespace} get endpointslices -l kubernetes.io/service-name=${serviceOf(address)} -o yaml\` shows what else it leads to`
    },
    notes
  }
}

/** One that has another password is another one, too. */
function isAnother(said: string): boolean {
  return /^(run_id:|NOAUTH\b|WRONGPASS\b|AUTH failed\b)/.test(said)
}
