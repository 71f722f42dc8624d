import { at, listAt } from '../kubernetes/object.ts'
import { type AclUser, aclUsers } from '../redis/acl.ts'
import { setting } from '../redis/config.ts'
import type { Known } from './known.ts'
import type { RedisSettings } from './redis-settings.ts'
import { type RenderedScript, scriptLines } from './scripts.ts'

/** The users of the access control list that Redis starts with, as far as the manifests say. */
export interface RenderedUsers {
  /** By name; undefined for a user whose rules are written when the container starts. */
  readonly users: ReadonlyMap<string, AclUser | undefined>
  /** What each of them may do, by name: rules without passwords. Who is missing has rights that are not known. */
  readonly rights: ReadonlyMap<string, readonly string[]>
  /** Why there may be others: a clause; undefined where these are all. */
  readonly othersBecause: string | undefined
}

/** Reads redis.conf, and the script of the container, which may write a file of users that redis.conf includes. */
export function renderedUsers(
  container: unknown,
  settings: Known<RedisSettings>,
  scripts: readonly RenderedScript[]
): RenderedUsers {
  const words = [...listAt(container, 'command'), ...listAt(container, 'args')].map(String)
  const script = words.join('\n').replace(/^\s*#.*$/gm, '')
  const lines = [...script.matchAll(/(?:\\n|\b)user\s+([^\s"']+)([^"'\n]*)/g)]
  const written = lines.map(([, name = '']) => name)
  // User `default` is always there.
  const users = new Map<string, AclUser | undefined>(['default', ...written].map((name) => [name, undefined]))
  if (!settings.known) return { users, rights: new Map(), othersBecause: settings.because }
  const { config, unresolved, missingIncludes, byCommand } = settings.value
  const password = setting(config, 'requirepass') ?? ''
  if (password !== '') users.set('default', { name: 'default', rules: ['on', `>${password}`] })
  for (const user of aclUsers(config.get('user') ?? [])) {
    users.set(user.name, { ...user, rules: [...(users.get(user.name)?.rules ?? []), ...user.rules] })
  }
  const isReset = aclUsers(config.get('user') ?? []).some(({ name }) => name === 'default')
  const othersBecause = othersReason()
  return { users, rights: rightsOf(users, lines, isReset, othersBecause === undefined), othersBecause }

  function othersReason(): string | undefined {
    if (at(container, 'lifecycle', 'postStart') !== undefined || /(redis|valkey)-cli/i.test(script)) {
      return 'a hook or the script of the container may set users'
    }
    const setting = scripts.find((each) => setsUsers(each.text))
    if (setting !== undefined) return `${setting.by} may set users`
    // By a variable, or more than one password each.
    if (lines.some(([, name = '', rules = '']) => !/^[\w.:@-]+$/.test(name) || /[>#].*\s[>#]/.test(rules))) {
      return 'the script of the container writes users in a way that is not understood'
    }
    if (!byCommand) return 'the command of the container does not name redis.conf'
    if (config.has('aclfile')) return 'redis.conf names an aclfile'
    const variable = ['user', 'aclfile', 'include'].find((directive) => unresolved.includes(directive))
    if (variable !== undefined) return `the argument --${variable} of redis-server has a variable`
    const unread = missingIncludes.find((path) => written.length === 0 || !script.includes(path))
    return unread === undefined ? undefined : `redis.conf includes ${unread}, which is not in the manifests`
  }
}

/** Whether a script changes users in a running Redis, by redis-cli or a client library. */
function setsUsers(text: string): boolean {
  return scriptLines(text).some((line) => /\bacl[\s"',_(]*(setuser|deluser|load)\b/i.test(line))
}

/** What user default may do where nothing says otherwise. */
const everything = ['on', '~*', '&*', '+@all']

const isPassword = (rule: string) => /^([>#<!]|nopass$|resetpass$)/i.test(rule)

/**
 * @param lines what the script writes: each with the name of the user and its rules
 * @param isAll whether nothing else can set users
 * @param isReset whether redis.conf has a line for user default, which then begins with nothing, as all others do
 */
function rightsOf(
  users: RenderedUsers['users'],
  lines: readonly RegExpExecArray[],
  isReset: boolean,
  isAll: boolean
): ReadonlyMap<string, readonly string[]> {
  const rights = new Map<string, readonly string[]>()
  for (const [name, user] of users) {
    const written = lines.filter(([, each]) => each === name)
    const own = user?.rules ?? []
    // A password alone (requirepass) leaves user default what it begins with.
    const isPlain = name === 'default' && written.length === 0 && !isReset
    const rules = isPlain ? everything : [...own, ...written.flatMap(([, , rest = '']) => rest.split(/\s+/))]
    const plain = rules.filter((rule) => rule !== '' && !isPassword(rule))
    // Two lines for one user, or a variable, are not followed.
    if (isPlain && !isAll) continue
    const isClear = written.length + (own.length > 0 ? 1 : 0) <= 1 && !plain.some((rule) => rule.includes('$'))
    if (isClear) rights.set(name, plain)
  }
  return rights
}
