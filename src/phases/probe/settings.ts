import { isPasswordFile } from '../../core/redis/acl.ts'
import type { RedisConfig } from '../../core/redis/config.ts'
import {
  type Comparison,
  comparability,
  compareDirective,
  currentName,
  cutOffBy,
  cuttingDirectives,
  renderedForm,
  shownForm
} from '../../core/redis/directives.ts'
import type { LiveSetting } from '../../core/rendered-cache/live-settings.ts'
import type { JudgedCheck } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

/** What the settings in force are compared with. */
export interface SettingsInputs {
  /** Undefined where it is not known what redis.conf says. */
  expected: RedisConfig | undefined
  /** Directives that are not known before Redis starts, so that they cannot be compared. */
  unresolved?: readonly string[] | undefined
  /** The directives of the arguments of redis-server, each as often as it is there. */
  overridden?: readonly string[] | undefined
  /** Whether the command names redis.conf; else the file was taken for it by its name. */
  byCommand?: boolean | undefined
  /** Included files that are not in the manifests. */
  missingIncludes?: readonly string[] | undefined
  /** The `dir` of the configuration, against the working directory of the container; undefined where it is not known. */
  dataDirectory?: string | undefined
  /** What the manifests set by CONFIG SET once Redis runs, with any value. */
  setLive?: readonly LiveSetting[] | undefined
}

/** What the settings in force come to. */
export interface SettingsJudged {
  checks: JudgedCheck[]
  /** What was not compared, and why; one sentence. */
  notes: string[]
}

/** Each has a line of its own in the report: the others share one while they are as rendered. */
const ownLine = ['maxmemory', 'maxmemory-policy', 'appendonly', 'appendfsync', 'save', 'protected-mode']

/** Memory is judged by them, rendered or not. */
const alwaysAsked = ['maxmemory', 'maxmemory-policy']

/** The settings to ask CONFIG GET for, each by its name as rendered. Passwords are never asked for. */
export function askedSettings(expected: RedisConfig | undefined): string[] {
  return [...new Set([...alwaysAsked, ...comparedNames({ expected }), ...cuttingDirectives])]
}

/** The rendered directives whose values CONFIG GET shows, apart from those whose value is not known. */
export function comparedNames({ expected, unresolved = [] }: SettingsInputs): string[] {
  if (expected === undefined) return []
  // Save points are built in; a redis.conf without them keeps those.
  const rendered = [...ownLine.filter((name) => name === 'save' || expected.has(name)), ...expected.keys()]
  return [...new Set(rendered)].filter((name) => comparability(name) === 'compared' && !unresolved.includes(name))
}

/**
 * Compares the settings in force with redis.conf.
 * @param live the replies to CONFIG GET by name, as far as there are any
 * @param isTold whether Redis runs CONFIG GET; else a setting that it does not tell is no matter of this check
 */
export function settingsChecks(
  live: ReadonlyMap<string, string>,
  inputs: SettingsInputs,
  isTold: boolean
): SettingsJudged {
  const { expected = new Map(), unresolved = [] } = inputs
  const names = comparedNames(inputs)
  const compared = names.flatMap((name) => {
    const value = live.get(name)
    return value === undefined ? [] : [{ name, value, comparison: outcomeOf(name, value, expected, inputs) }]
  })
  const doubt = doubtOf(inputs)
  const isDoubtful = (comparison: Outcome) => doubt !== undefined && comparison === 'different'
  const isCertain = (comparison: Outcome) => comparison === 'same' || comparison === 'different'
  const told = compared.filter(({ comparison }) => isCertain(comparison) && !isDoubtful(comparison))
  const doubtful = compared.filter(({ comparison }) => isDoubtful(comparison))
  const [settable, cutting] = partition(cuttingChecks(live, names, unresolved), ({ name }) => isSetLive(name, inputs))
  const checks = told.map(({ name, value, comparison }) => checkOf(name, value, comparison === 'same', expected))
  const isAlone = ({ name, passed }: JudgedCheck) => !passed || ownLine.includes(name)
  const others = checks.filter((check) => !isAlone(check))
  return {
    checks: [
      ...checks.filter(isAlone),
      ...(others.length > 0 ? [together(others)] : []),
      ...(doubt === undefined ? cutting : [])
    ],
    notes: [
      ...setNotes(
        [
          ...compared
            .filter(({ comparison }) => comparison === 'set')
            .map(({ name, value }) => checkOf(name, value, false, expected)),
          ...settable
        ],
        inputs
      ),
      ...loweredNotes(
        compared
          .filter(({ comparison }) => comparison === 'lowered')
          .map(({ name, value }) => checkOf(name, value, false, expected))
      ),
      ...doubtNotes(doubt, [...doubtful.map(({ name, value }) => checkOf(name, value, false, expected)), ...cutting]),
      ...notesOf(
        [...expected.keys()],
        compared.filter(({ comparison }) => comparison === 'unclear').map(({ name }) => name),
        isTold ? names.filter((name) => !live.has(name)) : [],
        inputs
      )
    ]
  }
}

/** What comparing has shown, or that the manifests set the directive once Redis runs, to whatever it is. */
type Outcome = Comparison | 'set'

function outcomeOf(name: string, live: string, expected: RedisConfig, inputs: SettingsInputs): Outcome {
  if (name === 'dir' && live === inputs.dataDirectory) return 'same'
  const compared = compare(name, live, expected, inputs)
  return compared !== 'same' && isSetLive(name, inputs) ? 'set' : compared
}

function isSetLive(name: string, inputs: SettingsInputs): boolean {
  return settersOf(name, inputs).length > 0
}

function settersOf(name: string, { setLive = [] }: SettingsInputs): string[] {
  return setLive
    .filter(({ directive }) => directive !== undefined && currentName(directive) === currentName(name))
    .map(({ by }) => by)
}

/** Behind an include, Redis 7 forgets the save points before each further one; older versions add it. */
function compare(name: string, live: string, expected: RedisConfig, { overridden = [] }: SettingsInputs): Comparison {
  const compared = compareDirective(expected, name, live)
  const given = overridden.filter((each) => each === name).length
  if (name !== 'save' || given === 0 || compared === 'same') return compared
  const lines = expected.get(name) ?? []
  const others = [lines.slice(-given), lines.slice(-1)].map((some) => new Map(expected).set(name, some))
  return others.some((config) => compareDirective(config, name, live) === 'same') ? 'same' : compared
}

/** Why a setting may be in force that the manifests do not show; undefined where it may not. */
function doubtOf({
  byCommand = true,
  missingIncludes,
  unresolved = [],
  setLive = []
}: SettingsInputs): string | undefined {
  if (!byCommand) return 'the command of the container does not name redis.conf'
  if (unresolved.includes('include')) return 'an argument of redis-server includes a file by a variable'
  const any = setLive.find(({ directive }) => directive === undefined)
  if (any !== undefined) return `${shown(any.by)} runs CONFIG SET with a variable for the name`
  const unread = unreadFiles(missingIncludes)
  return unread.length === 0 ? undefined : `${unread.map(shown).join(', ')} is included and not in the manifests`
}

/** A file that is written for the sake of a password is taken to hold users alone. */
function unreadFiles(missingIncludes: readonly string[] = []): string[] {
  return missingIncludes.filter((path) => !isPasswordFile(path))
}

function doubtNotes(doubt: string | undefined, checks: readonly JudgedCheck[]): string[] {
  if (doubt === undefined || checks.length === 0) return []
  const listed = checks.map(({ name, detail }) => `${name}: ${detail}`).join('; ')
  return [`Perhaps not in force as meant, which is not certain because ${doubt}: ${listed}.`]
}

function setNotes(checks: readonly JudgedCheck[], inputs: SettingsInputs): string[] {
  if (checks.length === 0) return []
  const listed = checks.map(
    ({ name, detail }) => `${name} (${detail}; set by ${settersOf(name, inputs).map(shown).join(' and ')})`
  )
  return [`Not compared, because the manifests set it while Redis runs: ${listed.join('; ')}.`]
}

function loweredNotes(checks: readonly JudgedCheck[]): string[] {
  return checks.map(
    ({ name, detail }) =>
      `${name}: ${detail}. Redis lowers it at its start to what the limit of open files of its container leaves; ` +
      'its log says whether it did.'
  )
}

function checkOf(name: string, live: string, passed: boolean, expected: RedisConfig): JudgedCheck {
  const wanted = shown(shownForm(expected, name, renderedForm(expected, name)))
  const actual = shown(shownForm(expected, name, live))
  return { name, code: 'config-drift', passed, detail: passed ? actual : `${actual} in force, ${wanted} rendered` }
}

function together(checks: readonly JudgedCheck[]): JudgedCheck {
  const detail = `${checks.map(({ name }) => name).join(', ')} as rendered`
  return { name: 'other settings', code: 'config-drift', passed: true, detail }
}

/** Settings that are not rendered and cut clients off. */
function cuttingChecks(
  live: ReadonlyMap<string, string>,
  rendered: readonly string[],
  unresolved: readonly string[]
): JudgedCheck[] {
  return cuttingDirectives
    .filter((name) => !rendered.includes(name) && !unresolved.includes(name))
    .flatMap((name) => {
      const value = live.get(name)
      const cut = value === undefined ? undefined : cutOffBy(name, value)
      if (value === undefined || cut === undefined) return []
      const detail = `${shown(value)} in force, not rendered: ${cut}`
      return [{ name, code: 'config-drift' as const, passed: false, detail }]
    })
}

function notesOf(
  rendered: readonly string[],
  unclear: readonly string[],
  untold: readonly string[],
  { missingIncludes }: SettingsInputs
): string[] {
  // That the password is the rendered one is proven by logging in.
  const secret = rendered.filter((name) => comparability(name) === 'secret' && name !== 'requirepass')
  const unseen = rendered.filter((name) => comparability(name) === 'unseen')
  const reasons: [readonly string[], string][] = [
    [unclear, 'different in form, and perhaps in nothing else'],
    [untold, 'this Redis does not tell'],
    [unseen, 'CONFIG GET does not show'],
    [secret, 'the reply would be a password'],
    [unreadFiles(missingIncludes), 'included, and not in the manifests']
  ]
  const words = reasons
    .filter(([names]) => names.length > 0)
    .map(([names, why]) => `${names.map(shown).join(', ')} (${why})`)
  return words.length === 0 ? [] : [`Not compared with redis.conf: ${words.join('; ')}.`]
}

function partition<T>(items: readonly T[], fits: (item: T) => boolean): [T[], T[]] {
  return [items.filter(fits), items.filter((item) => !fits(item))]
}

function shown(value: string): string {
  return sanitizeLine(value, 200) || 'empty'
}
