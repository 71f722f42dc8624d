import { names } from '../../core/kubernetes/workload.ts'
import { type RedisConfig, setting } from '../../core/redis/config.ts'
import { knownValue } from '../../core/rendered-cache/known.ts'
import type { RenderedCache } from '../../core/rendered-cache/rendered-cache.ts'

/** Ways into Redis without a password: a name and a sentence each. None if the configuration is unknown. */
export function openDoors({ redis }: RenderedCache): Map<string, string> {
  const settings = redis && knownValue(redis.settings)
  if (settings === undefined) return new Map()
  const { config, files } = settings
  const script = [...(redis?.container?.command ?? []), ...(redis?.container?.args ?? [])].join(' ')
  const open = (config.get('user') ?? []).flatMap(([user, ...rules]) => (isOpen(rules) ? [user] : []))
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

function asksForPassword(config: RedisConfig, files: Readonly<Record<string, string>>, script: string): boolean {
  return (
    (setting(config, 'requirepass') ?? '') !== '' ||
    (config.get('user') ?? []).some(([user, ...rules]) => user === 'default' && !isOpen(rules)) ||
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
  return included.some((file) => !Object.hasOwn(files, file) && /auth|acl|pass|secret|cred|user/i.test(file))
}

/** Whether the rules of a user leave it enabled and without a password; later rules override earlier ones. */
function isOpen(rules: readonly string[]): boolean {
  let [isOn, needsNone] = [false, false]
  for (const rule of rules) {
    if (/^(on|off)$/i.test(rule)) isOn = rule.toLowerCase() === 'on'
    if (/^nopass$/i.test(rule)) needsNone = true
    if (/^([>#].*|resetpass|reset)$/i.test(rule)) needsNone = false
    if (/^reset$/i.test(rule)) isOn = false
  }
  return isOn && needsNone
}
