import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { type WorkflowRun, workflowRun } from './act-output.ts'
import { root } from './root.ts'
import { searchPath } from './search-path.ts'

const run = promisify(execFile)

export interface WorkflowOptions {
  /** The event that starts the workflow; a push by default. */
  readonly event?: { readonly name: string; readonly content?: object }
  /** The secrets of the repository; GITHUB_TOKEN is also `github.token`. */
  readonly secrets?: Readonly<Record<string, string>>
  /** The variables of the runner and of the run, such as GITHUB_RUN_ID. */
  readonly runner?: Readonly<Record<string, string>>
  /** The action.yml of each other action that is used, by `owner/name@ref`. */
  readonly actions?: Readonly<Record<string, string>>
  /** Runs only this job, and those that it needs. */
  readonly job?: string | undefined
}

/** The repository of the workflow, as in GITHUB_REPOSITORY. */
export const repository = 'hospital/erp'

/** The files of a release of this repository, as far as they run. */
const parts = ['action.yml', 'verify', 'dist', 'manifests', 'schema']

const labels = ['ubuntu-latest', 'ubuntu-24.04']

/**
 * Runs a workflow with act, which must be on PATH, in a temporary repository that contains nothing else.
 * `org/redis-cache-action@v1` is this action in its released form: only what is committed for users. act fetches every
 * action that a composite refers to, so an empty one replaces actions/setup-node, which is skipped on a machine with
 * Node.
 */
export async function runWorkflow(
  workflow: string,
  environment: Readonly<Record<string, string>>,
  options: WorkflowOptions = {}
): Promise<WorkflowRun> {
  const directory = await mkdtemp(join(tmpdir(), 'act-'))
  try {
    const action = join(directory, 'action')
    for (const part of parts) await cp(join(root, part), join(action, part), { recursive: true })
    const setup = 'name: none\nruns: { using: composite, steps: [] }\n'
    const others = await writeActions(directory, { [await setupNode()]: setup, ...options.actions })
    const files = await writeFiles(directory, workflow, options)
    await commit(files.repository)
    const args = parameters(files, { 'org/redis-cache-action@v1': action, ...others }, options)
    return workflowRun(await act(args, files.repository, environment))
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function setupNode(): Promise<string> {
  const found = /uses: (actions\/setup-node@[0-9a-f]{40})/.exec(await readFile(join(root, 'action.yml'), 'utf8'))
  if (found?.[1] === undefined) throw new Error('action.yml pins no actions/setup-node')
  return found[1]
}

/** @returns the folder of each action */
async function writeActions(
  directory: string,
  actions: Readonly<Record<string, string>>
): Promise<Record<string, string>> {
  const folders = Object.entries(actions).map(async ([name, text], index) => {
    const folder = join(directory, `action-${index}`)
    await mkdir(folder)
    await writeFile(join(folder, 'action.yml'), text)
    return [name, folder]
  })
  return Object.fromEntries(await Promise.all(folders))
}

interface Files {
  readonly repository: string
  readonly event: string
  readonly secrets: string
  /** Where act creates the workspaces of its jobs; it keeps those of failed jobs. */
  readonly cache: string
}

async function writeFiles(directory: string, workflow: string, options: WorkflowOptions): Promise<Files> {
  const { event, secrets = {} } = options
  const [folder, cache] = [join(directory, 'repository'), join(directory, 'cache')]
  const files = { repository: folder, cache, event: `${directory}/event.json`, secrets: `${directory}/secrets.yml` }
  await mkdir(folder)
  await writeFile(join(folder, 'workflow.yml'), workflow)
  await writeFile(files.event, JSON.stringify(event?.content ?? {}))
  await writeFile(files.secrets, stringify(secrets), { mode: 0o600 })
  return files
}

/** act reads the repository name, the branch and the commit from git. */
async function commit(folder: string): Promise<void> {
  // Without the variables of a git hook that runs the tests: they refer to its own repository.
  const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['remote', 'add', 'origin', `https://github.com/${repository}.git`],
    ['add', '.'],
    [...identity, 'commit', '--quiet', '--message=The workflow']
  ]) {
    await run('git', args, { cwd: folder, env })
  }
}

function parameters(
  { event: eventFile, secrets, cache }: Files,
  actions: Readonly<Record<string, string>>,
  { event, runner = {}, job }: WorkflowOptions
): string[] {
  return [
    event?.name ?? 'push',
    '--no-cache-server',
    '--json',
    ...['--eventpath', eventFile],
    ...['--secret-file', secrets],
    ...['--action-cache-path', cache],
    ...['--workflows', 'workflow.yml'],
    ...(job === undefined ? [] : ['--job', job]),
    ...labels.flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    ...Object.entries(runner).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.entries(actions).flatMap(([name, folder]) => ['--local-repository', `${name}=${folder}`])
  ]
}

function act(args: string[], cwd: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const env = { ...process.env, PATH: searchPath(root), ...environment }
  return new Promise((resolve, reject) => {
    execFile('act', args, { cwd, env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout) => {
      // A failed job is a result; a missing program, or an unreadable workflow, is not.
      if (error !== null && !stdout.includes('"jobResult"')) reject(error)
      else resolve(stdout)
    })
  })
}
