import { names } from '../../core/kubernetes/workload.ts'
import { aclUsers, isPasswordFile, needsNoPassword } from '../../core/redis/acl.ts'
import { type RedisConfig, setting } from '../../core/redis/config.ts'
import { knownValue } from '../../core/rendered-cache/known.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'

/** Ways into Redis without a password: a name and a sentence each. None if the configuration is unknown. */
export function openDoors({ redis }: RenderedCache): Map<string, string> {
  const settings = redis && knownValue(redis.settings)
  if (settings === undefined) return new Map()
  const { config, files } = settings
  const script = [...(redis?.container?.command ?? []), ...(redis?.container?.args ?? [])].join(' ')
  const open = usersOf(config)
    .filter(needsNoPassword)
    .map(({ name }) => name)
  const doors: [string, string, boolean][] = [
    [
      'password',
      'Redis would require no password: no requirepass, no user with one, no include of a file with one',
      !asksForPassword(config, files, script)
    ],
    [
      'protected mode',
      'protected-mode would be off: without a password, Redis would answer every address',
      setting(config, 'protected-mode')?.toLowerCase() === 'no' || /--protected-mode\s+no\b/i.test(script)
    ],
    [
      'command',
      `the command of container ${names.redisContainer} would create a user that needs no password (nopass)`,
      /\bnopass\b/i.test(script)
    ],
    ...open.map((user): [string, string, boolean] => [
      `user ${user}`,
      `the user ${user} of Redis would need no password (nopass)`,
      true
    ])
  ]
  return new Map(doors.flatMap(([name, sentence, isThere]) => (isThere ? [[name, sentence]] : [])))
}

function usersOf(config: RedisConfig) {
  return aclUsers(config.get('user') ?? [])
}

function asksForPassword(config: RedisConfig, files: Readonly<Record<string, string>>, script: string): boolean {
  return (
    (setting(config, 'requirepass') ?? '') !== '' ||
    usersOf(config).some((user) => user.name === 'default' && !needsNoPassword(user)) ||
    config.has('aclfile') ||
    /requirepass|--user\b/i.test(script) ||
    Object.values(files).some((text) => includesCredentials(text, files))
  )
}

/** Whether a file includes one that is written at start and, judging by its name, contains a password. */
function includesCredentials(text: string, files: Readonly<Record<string, string>>): boolean {
  const included = [...text.matchAll(/^[ \t]*include[ \t]+["']?([^\s"']+)/gim)].map(
    ([, path]) => path?.split('/').pop() ?? ''
  )
  return included.some((file) => !Object.hasOwn(files, file) && isPasswordFile(file))
}
