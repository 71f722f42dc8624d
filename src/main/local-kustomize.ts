import { kustomizeBuild } from '../kustomize/kustomize.ts'
import type { Kustomize } from '../render/render.ts'
import { runCommand } from '../runner/command.ts'
import type { Program } from './program.ts'

/** The kustomize of this machine, which ends with the program and has a minute of its own at most. */
export function localKustomize({ signal, log }: Program): Kustomize {
  const options = { run: runCommand, environment: process.env, timeoutMilliseconds: 60_000, signal, log }
  return { build: (directory, allowRemote) => kustomizeBuild(directory, { ...options, allowRemote }) }
}
