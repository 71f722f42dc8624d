/** A user of the access control list, as a `user` directive of redis.conf has it. */
export interface AclUser {
  readonly name: string
  readonly rules: readonly string[]
}

/** @param lines the arguments of each `user` directive */
export function aclUsers(lines: readonly (readonly string[])[]): AclUser[] {
  return lines.map((line) => {
    // As an argument of redis-server it may be one word.
    const [name = '', ...rules] = line.length === 1 ? (line[0] ?? '').split(/\s+/).filter(Boolean) : line
    return { name, rules }
  })
}

/** Whether a user is switched on; later rules undo earlier ones, and a new user is off. */
export function isOn({ rules }: Pick<AclUser, 'rules'>): boolean {
  return /^on$/i.test(rules.findLast((rule) => /^(on|off|reset)$/i.test(rule)) ?? '')
}

/** Whether a user is switched on and needs no password; later rules undo earlier ones. */
export function needsNoPassword({ rules }: AclUser): boolean {
  const last = rules.findLast((rule) => /^(nopass|[>#].*|resetpass|reset)$/i.test(rule))
  return isOn({ rules }) && /^nopass$/i.test(last ?? '')
}

/**
 * The patterns of the keys that a user may both read and write; later rules undo earlier ones. Those of selectors, in
 * parentheses, are left out: they come with commands of their own.
 */
export function keyPatterns({ rules }: Pick<AclUser, 'rules'>): string[] {
  const patterns: string[] = []
  for (const rule of withoutSelectors(rules)) {
    const [, pattern] = /^(?:~|%(?:RW|WR)~)(.*)$/is.exec(rule) ?? []
    if (/^(reset|resetkeys)$/i.test(rule)) patterns.length = 0
    if (/^allkeys$/i.test(rule)) patterns.push('*')
    if (pattern !== undefined) patterns.push(pattern)
  }
  return patterns
}

/** The rules that stand in no selector, whose parentheses hold further rules. */
export function withoutSelectors(rules: readonly string[]): string[] {
  let inSelector = false
  return rules.filter((rule) => {
    const isInside = inSelector || rule.startsWith('(')
    inSelector = isInside && !rule.endsWith(')')
    return !isInside
  })
}

/** What a health check may ask, and what shows and changes nothing. */
const harmless = /^\+(ping|echo|auth|hello|quit|reset|command)$/i

/** Whether a user may run more than PING and the like; it begins with no command at all. */
export function mayRunCommands({ rules }: AclUser): boolean {
  const lastReset = rules.findLastIndex((rule) => /^(-@all|nocommands|reset)$/i.test(rule))
  return rules.slice(lastReset + 1).some((rule) => /^(\+.|allcommands$|\()/i.test(rule) && !harmless.test(rule))
}

/** Whether a file that is included is written at start for the sake of a password, by its name. */
export function isPasswordFile(path: string): boolean {
  return /(auth|acl|pass|secret|cred|user)[^/]*$/i.test(path)
}
