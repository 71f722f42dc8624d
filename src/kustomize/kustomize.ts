import { join } from 'node:path'
import { getExecOutput } from '@actions/exec'
import { which } from '@actions/io'
import { Failure } from '../failure.ts'
import { harmless } from '../untrusted-text.ts'
import { bringKustomize } from './download.ts'

interface Program {
  path: string
  arguments: string[]
  name: string
}

/**
 * Renders a kustomization with the kustomize on PATH, which is the fastest, else with the one inside kubectl, else with
 * a pinned one that is downloaded once.
 * @throws Failure render-failed with what kustomize said
 */
export async function kustomizeBuild(
  directory: string,
  log: (line: string) => void
): Promise<{ manifest: string; warnings: string; program: string }> {
  const program =
    (await onPath('kustomize', ['build'])) ?? (await onPath('kubectl', ['kustomize'])) ?? (await brought(log))
  const { exitCode, stdout, stderr } = await getExecOutput(program.path, [...program.arguments, directory], {
    silent: true,
    ignoreReturnCode: true
  })
  if (exitCode === 0) return { manifest: stdout, warnings: stderr, program: program.name }
  throw new Failure(
    'render-failed',
    `${program.name} ended with exit code ${exitCode}: ${firstLine(stderr)}`,
    'run `kustomize build` on the manifests to see the same error',
    [{ title: `What ${program.name} said`, text: stderr }]
  )
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
  const line = text.split('\n').find((each) => each.trim() !== '') ?? 'it said nothing'
  return harmless(line).slice(0, 400)
}
