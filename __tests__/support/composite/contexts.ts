import { mkdir } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { CompositeAction } from './action.ts'

/**
 * Everything that a step inherits from the environment of the tests: with more, results could depend on the machine.
 */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG']

export interface Surroundings {
  /** Removed at the end of the run, as on a fresh runner. */
  readonly temp: string
  readonly workspace: string
  /** The variables of every step with the lowest precedence. */
  readonly base: Readonly<Record<string, string>>
  /** The variables that the runner sets, whatever a step or a workflow sets. */
  readonly variables: Readonly<Record<string, string>>
  readonly github: Readonly<Record<string, string>>
  readonly runner: Readonly<Record<string, string>>
}

export async function surroundings(
  root: string,
  action: CompositeAction,
  env: Readonly<Record<string, string>>,
  givenWorkspace: string | undefined
): Promise<Surroundings> {
  const temp = join(root, '_temp')
  const workspace = givenWorkspace ?? join(root, 'workspace')
  const { RUNNER_TOOL_CACHE: toolCache = join(root, '_tool'), RUNNER_DEBUG: debug } = env
  for (const folder of [temp, workspace, toolCache]) await mkdir(folder, { recursive: true })
  const runner = {
    os: { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[String(platform())] ?? 'Linux',
    arch: arch() === 'arm64' ? 'ARM64' : 'X64',
    name: 'local',
    environment: 'self-hosted',
    temp,
    tool_cache: toolCache,
    ...(debug === undefined ? {} : { debug })
  }
  // The variables of the caller about the repository, the event and so on are also in the context, as
  // github.repository.
  const given = Object.entries(env).filter(([name]) => /^GITHUB_[A-Z]/.test(name))
  const github = {
    // A runner always has one; here only if the caller sets one.
    token: '',
    ...Object.fromEntries(given.map(([name, value]) => [name.slice('GITHUB_'.length).toLowerCase(), value])),
    action_path: action.folder,
    workspace
  }
  const base = inherited.map((name) => [name, process.env[name]] as const).filter(([, value]) => value !== undefined)
  return {
    temp,
    workspace,
    base: { ...Object.fromEntries(base.map(([name, value]) => [name, value ?? ''])), CI: 'true' },
    variables: {
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: action.folder,
      GITHUB_WORKSPACE: workspace,
      RUNNER_OS: runner.os,
      RUNNER_ARCH: runner.arch,
      RUNNER_NAME: runner.name,
      RUNNER_ENVIRONMENT: runner.environment,
      RUNNER_TEMP: temp,
      RUNNER_TOOL_CACHE: toolCache
    },
    github,
    runner
  }
}

/** The inputs as seen by the steps: the given ones, and defaults for the rest. */
export function resolveInputs(
  action: CompositeAction,
  given: Readonly<Record<string, string>>,
  evaluateDefault: (text: string) => string
): Record<string, string> {
  const declared = [...action.inputs.keys()]
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) {
    const input = declared.find((candidate) => candidate.toLowerCase() === name.toLowerCase())
    if (input === undefined) {
      throw new Error(`Unexpected input '${name}', valid inputs are ${declared.map((name) => `'${name}'`).join(', ')}`)
    }
    values.set(input, value)
  }
  return Object.fromEntries(
    [...action.inputs].map(([name, standard]) => [name, values.get(name) ?? evaluateDefault(standard ?? '')])
  )
}
