import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './root.ts'
import { searchPath } from './search-path.ts'

export interface WorkflowRun {
  /** `success` or `failure` for each job that ran; a job that no runner took is not in it. */
  readonly jobs: Record<string, string>
  /** What the steps printed, as it is shown, line by line. */
  readonly log: string
  readonly summary: string
  /** Everything that act printed, but for the lines that teach the runner a mask. */
  readonly captured: string
}

interface Entry {
  msg?: string
  command?: string
  content?: string
  jobID?: string
  jobResult?: string
  raw_output?: boolean
}

/**
 * Runs a workflow with act, which must be on PATH. `org/redis-cache-action@v1` is this action, as a release has it: only
 * what is committed for users. act fetches every action that a composite names, so an empty one stands in for
 * actions/setup-node, which a machine with Node skips.
 */
export async function runWorkflow(workflow: string, environment: Record<string, string>): Promise<WorkflowRun> {
  const directory = await mkdtemp(join(tmpdir(), 'act-'))
  try {
    const [action, setup, repository] = ['action', 'setup-node', 'repository'].map((name) => join(directory, name)) as [
      string,
      string,
      string
    ]
    for (const part of ['action.yml', 'dist', 'manifests'])
      await cp(join(root, part), join(action, part), { recursive: true })
    await mkdir(setup)
    await writeFile(join(setup, 'action.yml'), 'name: none\nruns: { using: composite, steps: [] }\n')
    await mkdir(repository)
    await run('git', ['init', '--quiet'], repository, {})
    await writeFile(join(repository, 'workflow.yml'), workflow)
    await writeFile(join(repository, 'event.json'), '{}')
    const { stdout } = await run('act', await parameters(action, setup), repository, environment)
    return parse(stdout)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function parameters(action: string, setup: string): Promise<string[]> {
  const pinned = /uses: (actions\/setup-node@[0-9a-f]{40})/.exec(await readFile(join(root, 'action.yml'), 'utf8'))?.[1]
  return [
    'push',
    '--platform',
    'ubuntu-latest=-self-hosted',
    '--no-cache-server',
    '--json',
    '--eventpath',
    'event.json',
    '--workflows',
    'workflow.yml',
    '--local-repository',
    `org/redis-cache-action@v1=${action}`,
    '--local-repository',
    `${pinned}=${setup}`
  ]
}

function run(program: string, args: string[], cwd: string, more: Record<string, string>): Promise<{ stdout: string }> {
  const env = { ...process.env, PATH: searchPath(root), ...more }
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout) => {
      // A failed job is a result; a program that is missing is not.
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve({ stdout })
    })
  })
}

function parse(stdout: string): WorkflowRun {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  const entries = lines.map((line) => JSON.parse(line) as Entry)
  const results = entries.filter((entry) => entry.jobID !== undefined && entry.jobResult !== undefined)
  return {
    jobs: Object.fromEntries(results.map(({ jobID, jobResult }) => [jobID, jobResult])),
    log: entries
      .filter((entry) => entry.raw_output === true)
      .map(({ msg }) => msg ?? '')
      .join(''),
    summary: entries
      .filter(({ command }) => command === 'summary')
      .map(({ content }) => content ?? '')
      .join('\n'),
    captured: lines.filter((_, index) => entries[index]?.command !== 'add-mask').join('\n')
  }
}
