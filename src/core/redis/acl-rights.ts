import { keyPatterns, withoutSelectors } from './acl.ts'

/** What a user may do less than by other rules. */
export interface RightsLost {
  /** Rules that would give it back, or that took it: `+@all`, `~app:*`, `-@write`. */
  readonly lost: readonly string[]
  /** Rules that differ and may come to the same, such as a command whose category was granted. */
  readonly unclear: readonly string[]
}

/** What a server lists in a form that can be compared. */
export interface Comparable {
  /** Channels have rules since Redis 6.2. */
  readonly channels: boolean
  /** Rules of commands are kept as they were given since Redis 7.2; before, they are described anew (redis#11224). */
  readonly commands: boolean
}

/** @param version of Redis: `7.2.4`; undefined if it does not say it */
export function comparableIn(version: string | undefined): Comparable {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  const isFrom = (first: number, second: number) => major > first || (major === first && minor >= second)
  return { channels: isFrom(6, 2), commands: isFrom(7, 2) }
}

/** Whether these rules grant every command, which each version lists in the same way. */
export function grantsEverything(rules: readonly string[]): boolean {
  const { all, taken } = commandRules(withoutSelectors(rules))
  return all && taken.size === 0
}

/**
 * Compares what two lists of rules grant.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export function rightsLost(
  live: readonly string[],
  rendered: readonly string[],
  { channels, commands: comparesCommands }: Comparable
): RightsLost {
  const [now, meant] = [withoutSelectors(live), withoutSelectors(rendered)]
  const patterns = [
    ...uncovered(keyPatterns({ rules: now }), keyPatterns({ rules: meant })).map((pattern) => `~${pattern}`),
    ...(channels ? uncovered(channelPatterns(now), channelPatterns(meant)).map((pattern) => `&${pattern}`) : [])
  ]
  if (!comparesCommands && !grantsEverything(meant)) return { lost: patterns, unclear: [] }
  const commands = commandsLost(commandRules(now), commandRules(meant))
  return { lost: [...patterns, ...commands.lost], unclear: commands.unclear }
}

/** The patterns of channels; later rules undo earlier ones. */
function channelPatterns(rules: readonly string[]): string[] {
  const patterns: string[] = []
  for (const rule of rules) {
    if (/^(reset|resetchannels)$/i.test(rule)) patterns.length = 0
    if (/^allchannels$/i.test(rule)) patterns.push('*')
    if (rule.startsWith('&')) patterns.push(rule.slice(1))
  }
  return patterns
}

function uncovered(live: readonly string[], meant: readonly string[]): string[] {
  const covers = (wide: string, pattern: string) =>
    wide === pattern || (/^[^*?[\\]*\*$/.test(wide) && pattern.startsWith(wide.slice(0, -1)))
  return meant.filter((pattern) => !live.some((wide) => covers(wide, pattern)))
}

interface CommandRules {
  /** Whether it begins with every command, or with none. */
  readonly all: boolean
  readonly granted: ReadonlySet<string>
  readonly taken: ReadonlySet<string>
}

function commandRules(rules: readonly string[]): CommandRules {
  let all = false
  const [granted, taken] = [new Set<string>(), new Set<string>()]
  for (const rule of rules.map((each) => each.toLowerCase())) {
    const isAll = rule === 'allcommands' || rule === '+@all'
    if (isAll || ['nocommands', '-@all', 'reset'].includes(rule)) {
      all = isAll
      granted.clear()
      taken.clear()
    } else if (rule.startsWith('+')) {
      undo(taken, rule.slice(1))
      granted.add(rule.slice(1))
    } else if (rule.startsWith('-')) {
      undo(granted, rule.slice(1))
      taken.add(rule.slice(1))
    }
  }
  return { all, granted, taken }
}

/** Takes away what a later rule covers: a command with its subcommands; of a category its members are not known. */
function undo(rules: Set<string>, later: string): void {
  for (const rule of rules) if (rule === later || rule.startsWith(`${later}|`)) rules.delete(rule)
}

function commandsLost(live: CommandRules, meant: CommandRules): RightsLost {
  if (meant.all && !live.all) return { lost: ['+@all'], unclear: [] }
  const taken = [...live.taken].filter((name) => !meant.taken.has(name))
  const missing = live.all
    ? []
    : [...meant.granted].filter((name) => !live.granted.has(name) && !live.granted.has(name.split('|')[0] ?? ''))
  // A category that was taken after a command may hold that command.
  const isUndone = [...meant.taken].some((name) => name.startsWith('@') || meant.granted.has(name.split('|')[0] ?? ''))
  // What was taken is certainly lost only where everything was granted; else it may never have been granted.
  const isTakenLost = meant.all && meant.taken.size === 0
  // A category may hold a command, and one that is not rendered may hold another category.
  const categories = [...live.granted].filter((name) => name.startsWith('@'))
  const isForeign = [...live.granted].some((name) => !meant.granted.has(name))
  const isMissingLost = (name: string) => !isForeign && !isUndone && (name.startsWith('@') || categories.length === 0)
  const rules = [
    ...taken.map((name) => ({ rule: `-${name}`, isLost: isTakenLost })),
    ...missing.map((name) => ({ rule: `+${name}`, isLost: isMissingLost(name) }))
  ]
  return {
    lost: rules.filter(({ isLost }) => isLost).map(({ rule }) => rule),
    unclear: rules.filter(({ isLost }) => !isLost).map(({ rule }) => rule)
  }
}
