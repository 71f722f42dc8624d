import { at, listAt } from '../kubernetes/object.ts'
import { type AclUser, aclUsers } from '../redis/acl.ts'
import { setting } from '../redis/config.ts'
import type { Known } from './known.ts'
import type { RedisSettings } from './redis-settings.ts'

/** The users of the access control list that Redis starts with, as far as the manifests say. */
export interface RenderedUsers {
  /** By name; undefined for a user whose rules are written when the container starts. */
  readonly users: ReadonlyMap<string, AclUser | undefined>
  /** Why there may be others: a clause; undefined where these are all. */
  readonly othersBecause: string | undefined
}

/** Reads redis.conf, and the script of the container, which may write a file of users that redis.conf includes. */
export function renderedUsers(container: unknown, settings: Known<RedisSettings>): RenderedUsers {
  const words = [...listAt(container, 'command'), ...listAt(container, 'args')].map(String)
  const script = words.join('\n').replace(/^\s*#.*$/gm, '')
  const lines = [...script.matchAll(/(?:\\n|\b)user\s+([^\s"']+)([^"'\n]*)/g)]
  const written = lines.map(([, name = '']) => name)
  // User `default` is always there.
  const users = new Map<string, AclUser | undefined>(['default', ...written].map((name) => [name, undefined]))
  if (!settings.known) return { users, othersBecause: settings.because }
  const { config, unresolved, missingIncludes, byCommand } = settings.value
  const password = setting(config, 'requirepass') ?? ''
  if (password !== '') users.set('default', { name: 'default', rules: ['on', `>${password}`] })
  for (const user of aclUsers(config.get('user') ?? [])) {
    users.set(user.name, { ...user, rules: [...(users.get(user.name)?.rules ?? []), ...user.rules] })
  }
  return { users, othersBecause: othersReason() }

  function othersReason(): string | undefined {
    if (at(container, 'lifecycle', 'postStart') !== undefined || /(redis|valkey)-cli/i.test(script)) {
      return 'a hook or the script of the container may set users'
    }
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
