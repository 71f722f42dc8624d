import { listAt } from '../kubernetes/object.ts'
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
  const script = [...listAt(container, 'command'), ...listAt(container, 'args')].map(String).join('\n')
  const written = [...script.matchAll(/\buser\s+([\w.:@-]+)\s+(?:on|off|reset)\b/g)].map(([, name = '']) => name)
  // User `default` is always there.
  const users = new Map<string, AclUser | undefined>(['default', ...written].map((name) => [name, undefined]))
  if (!settings.known) return { users, othersBecause: settings.because }
  const { config, unresolved, missingIncludes } = settings.value
  const password = setting(config, 'requirepass') ?? ''
  if (password !== '') users.set('default', { name: 'default', rules: ['on', `>${password}`] })
  for (const user of aclUsers(config.get('user') ?? [])) {
    users.set(user.name, { ...user, rules: [...(users.get(user.name)?.rules ?? []), ...user.rules] })
  }
  return { users, othersBecause: othersReason() }

  function othersReason(): string | undefined {
    if (config.has('aclfile')) return 'redis.conf names an aclfile'
    const variable = ['user', 'aclfile', 'include'].find((directive) => unresolved.includes(directive))
    if (variable !== undefined) return `the argument --${variable} of redis-server has a variable`
    const unread = missingIncludes.find((path) => written.length === 0 || !script.includes(path))
    return unread === undefined ? undefined : `redis.conf includes ${unread}, which is not in the manifests`
  }
}
