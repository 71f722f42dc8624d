import { join } from 'node:path'
import { which } from '@actions/io'
import type { CommandResult, RunCommand } from '../../core/command.ts'
import { Failure } from '../../core/failure.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { manifestLimits } from '../../core/yaml/document.ts'
import { bringKustomize } from './download.ts'

interface Program {
  path: string
  arguments: string[]
  name: string
}

interface KustomizeOptions {
  run: RunCommand
  /** Whether it may download remote references of a kustomization. */
  allowRemote: boolean
  /** The environment of this process, of which kustomize gets very little. */
  environment: NodeJS.ProcessEnv
  timeoutMilliseconds: number
  signal: AbortSignal
  log(line: string): void
}

/** Characters of its error output: a crash of a Go program has thousands of lines. */
const mostEvidence = 5_000

/** Memory for data: a hundred times what a cache needs. Aliases in a file of 1 KB can require terabytes. */
const memoryKibibytes = 1024 ** 2

/**
 * Renders a kustomization with the kustomize on PATH, which is the fastest, else with the one in kubectl, else with a
 * pinned one that is downloaded once. Its time, memory and output are limited.
 * @throws Failure render-failed with the output of kustomize
 */
export async function kustomizeBuild(
  directory: string,
  options: KustomizeOptions
): Promise<{ manifest: string; warnings: string; program: string }> {
  const step =
    (await onPath('kustomize', ['build'])) ?? (await onPath('kubectl', ['kustomize'])) ?? (await brought(options.log))
  const result = await options.run(step.path, [...step.arguments, directory], {
    environment: kustomizeEnvironment(options.environment, options.allowRemote),
    signal: options.signal,
    timeoutMilliseconds: options.timeoutMilliseconds,
    maximumBytes: manifestLimits.bytes,
    memoryKibibytes
  })
  const { exitCode, stdout, stderr, stopped } = result
  if (exitCode === 0 && stopped === undefined)
    return { manifest: stdout.toString('utf8'), warnings: stderr, program: step.name }
  const { sentence, hint } = explained(result, options.timeoutMilliseconds)
  const evidence = stderr === '' ? [] : [{ title: `What ${step.name} said`, text: stderr.slice(0, mostEvidence) }]
  throw new Failure('render-failed', `${step.name} ${sentence}`, hint, evidence)
}

function explained(
  { exitCode, stderr, stopped }: CommandResult,
  timeoutMilliseconds: number
): { sentence: string; hint: string } {
  const hint = 'render only the cache, and leave the rest to other steps'
  if (stopped === 'output') {
    return { sentence: `printed more than ${manifestLimits.bytes / 1024 ** 2} MiB, and was stopped`, hint }
  }
  if (stopped === 'time') {
    return { sentence: `did not finish within ${timeoutMilliseconds / 1000} s, and was stopped`, hint }
  }
  if (/^(runtime|fatal error): .*(out of memory|cannot allocate)/m.test(stderr)) {
    return { sentence: `wanted more than ${memoryKibibytes / 1024 ** 2} GiB of memory`, hint }
  }
  const ending = exitCode === undefined ? 'was ended by a signal' : `ended with exit code ${exitCode}`
  return {
    sentence: `${ending}: ${firstLine(stderr)}`,
    hint: 'run `kustomize build` on the manifests to see the same error'
  }
}

async function onPath(name: string, subcommand: string[]): Promise<Program | undefined> {
  const path = await which(name)
  return path === '' ? undefined : { path, arguments: subcommand, name: [name, ...subcommand].join(' ') }
}

async function brought(log: (line: string) => void): Promise<Program> {
  const { directory, version } = await bringKustomize(log)
  return { path: join(directory, 'kustomize'), arguments: ['build'], name: `kustomize ${version}` }
}

function firstLine(text: string): string {
  return sanitizeLine(text.split('\n').find((each) => each.trim() !== '') ?? 'it printed nothing', 400)
}

const always = ['PATH', 'HOME']

/** The variables that git, ssh and Go programs read to reach a repository. */
const forDownloads = [
  'SSH_AUTH_SOCK',
  'GIT_SSH_COMMAND',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()])
]

/** Nothing listens on the port of the discard protocol. */
const nowhere = 'http://127.0.0.1:9'

/**
 * The environment of kustomize. It gets no secret of the job, because kustomize before 5.0 puts a variable into a
 * ConfigMap when an env file lists it without a value. Unless downloads are allowed, git and HTTP lead nowhere, in case
 * a remote reference was overlooked.
 */
export function kustomizeEnvironment(own: NodeJS.ProcessEnv, allowRemote: boolean): NodeJS.ProcessEnv {
  const names = allowRemote ? [...always, ...forDownloads] : always
  return {
    ...Object.fromEntries(names.filter((name) => own[name] !== undefined).map((name) => [name, own[name]])),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: allowRemote ? 'http:https:ssh' : 'none',
    ...(allowRemote ? {} : { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere })
  }
}
