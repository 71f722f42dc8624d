import { createHash } from 'node:crypto'
import { type AclUser, aclUsers, isOn, mayRunCommands, needsNoPassword } from '../../core/redis/acl.ts'
import type { RenderedUsers } from '../../core/rendered-cache/users.ts'
import type { JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

/** What the users that get in come to. */
export interface UsersJudged {
  check: JudgedCheck
  /** Who gets in and is not rendered, by name. */
  strangers: string[]
  /** What could not be told; one sentence each. */
  notes: string[]
}

/**
 * Compares who gets in with who is rendered. Texts are not compared, because Redis adds words of its own, and nothing of
 * a password is shown, because its hash is a secret, too.
 * @param list the answer to ACL LIST
 * @param own the user that asks, and its password
 */
export function usersCheck(
  list: readonly string[],
  rendered: RenderedUsers,
  own: { username: string; password: string }
): UsersJudged {
  const live = aclUsers(list.map((line) => line.split(' ').slice(1))).filter(isOn)
  const judged = live.map((user) => judge(user, rendered, own))
  const problems = judged.flatMap(({ problem }) => problem ?? [])
  const detail = problems.length > 0 ? problems.join(', ') : `${live.map(nameOf).join(', ') || 'nobody'} alone`
  return {
    check: { name: 'users', code: 'redis-open', passed: problems.length === 0, detail },
    strangers: live
      .filter(({ name }, index) => judged[index]?.problem !== undefined && !rendered.users.has(name))
      .map(({ name }) => name),
    notes: judged.flatMap(({ note }) => note ?? [])
  }
}

function judge(
  user: AclUser,
  { users, othersBecause }: RenderedUsers,
  own: { username: string; password: string }
): { problem?: string; note?: string } {
  const name = nameOf(user)
  if (needsNoPassword(user)) {
    return mayRunCommands(user) ? { problem: `user ${name} gets in without a password` } : {}
  }
  if (!users.has(user.name) && user.name !== own.username) {
    if (othersBecause === undefined) return { problem: `user ${name} is not rendered` }
    return { note: `User ${name} gets in, and it is not known whether that is meant: ${othersBecause}.` }
  }
  const expected = expectedHashes(users.get(user.name), user.name === own.username ? own.password : undefined)
  const others = hashesOf(user).filter((hash) => !expected?.has(hash)).length
  if (expected === undefined || others === 0) return {}
  const passwords = others === 1 ? 'a password' : `${others} passwords`
  if (users.get(user.name) === undefined && othersBecause !== undefined) {
    return { note: `User ${name} has ${passwords} beside the one of the Secret: ${othersBecause}.` }
  }
  return { problem: `user ${name} has ${passwords} that ${others === 1 ? 'is' : 'are'} not rendered` }
}

/** The hashes of the passwords that a user may have; undefined where they are not known. */
function expectedHashes(rendered: AclUser | undefined, password: string | undefined): Set<string> | undefined {
  const own = password === undefined ? [] : [sha256(password)]
  if (rendered !== undefined) return new Set([...hashesOf(rendered), ...own])
  return password === undefined ? undefined : new Set(own)
}

function hashesOf({ rules }: AclUser): string[] {
  return rules.flatMap((rule) => {
    if (rule.startsWith('#')) return [rule.slice(1).toLowerCase()]
    return rule.startsWith('>') ? [sha256(rule.slice(1))] : []
  })
}

function sha256(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}

function nameOf({ name }: AclUser): string {
  return sanitizeLine(name, 100)
}
