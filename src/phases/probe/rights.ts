import { listed } from '../../core/listing.ts'
import { type AclUser, aclUsers, isOn } from '../../core/redis/acl.ts'
import { type Comparable, comparableIn, grantsEverything, rightsLost } from '../../core/redis/acl-rights.ts'
import type { RenderedUsers } from '../../core/rendered-cache/users.ts'
import type { JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

/** What the rights of the users come to. */
export interface RightsJudged {
  /** Undefined where no user's rights are known. */
  check: JudgedCheck | undefined
  /** What could not be told; one sentence each. */
  notes: string[]
}

/**
 * Compares what each user may do with what is rendered: a user that may do less is a client that fails.
 * @param list the answer to ACL LIST
 * @param version of Redis: `7.2.4`; undefined if it does not say it
 */
export function rightsCheck(
  list: readonly string[],
  { rights, othersBecause }: RenderedUsers,
  version: string | undefined
): RightsJudged {
  const meant = [...rights].filter(([, rules]) => isOn({ rules }))
  if (meant.length === 0) return { check: undefined, notes: [] }
  const live = new Map(aclUsers(list.map((line) => line.split(' ').slice(1))).map((user) => [user.name, user]))
  const compares = comparableIn(version)
  const judged = meant.map(([name, rules]) => judge(sanitizeLine(name, 100), live.get(name), rules, compares))
  const lost = judged.flatMap((each) => each.lost ?? [])
  const unclear = judged.flatMap((each) => each.unclear ?? [])
  // A hook or a script may change what redis.conf says.
  const problems = othersBecause === undefined ? lost : []
  const notes =
    othersBecause === undefined ? unclear : [...lost, ...unclear].map((each) => `${each} (${othersBecause})`)
  const names = meant.map(([name]) => sanitizeLine(name, 100)).join(', ')
  return {
    check: {
      name: 'rights',
      code: 'redis-readonly',
      passed: problems.length === 0,
      detail: problems.length === 0 ? `${names} as rendered` : problems.join(', ')
    },
    notes: [
      ...uncomparedNotes(meant, version, compares),
      ...notes.map((each) => `Not certain whether clients may do all that is rendered: ${each}.`)
    ]
  }
}

function uncomparedNotes(
  meant: readonly (readonly [string, readonly string[]])[],
  version: string | undefined,
  { commands }: Comparable
): string[] {
  const narrow = meant.filter(([, rules]) => !grantsEverything(rules)).map(([name]) => sanitizeLine(name, 100))
  if (commands || narrow.length === 0) return []
  return [
    `Not compared: which commands ${listed(narrow, ', ')} may run. Redis ${version ?? 'of an unknown version'} does not ` +
      'list the rules as they were given; 7.2 and newer do.'
  ]
}

function judge(
  name: string,
  user: AclUser | undefined,
  meant: readonly string[],
  compares: Comparable
): { lost?: string; unclear?: string } {
  if (user === undefined) return { lost: `user ${name} is rendered and does not exist` }
  if (!isOn(user)) return { lost: `user ${name} is rendered and is switched off` }
  const { lost, unclear } = rightsLost(user.rules, meant, compares)
  if (lost.length > 0) return { lost: `user ${name} may do less than is rendered: ${shown(lost)}` }
  return unclear.length > 0 ? { unclear: `user ${name} has other rules: ${shown(unclear)}` } : {}
}

/** A rule that was taken stands as it is, one that is missing as such. */
function shown(rules: readonly string[]): string {
  const words = rules.map((rule) => sanitizeLine(rule.startsWith('-') ? rule : `${rule} is missing`, 100))
  return listed(words, ', ')
}
