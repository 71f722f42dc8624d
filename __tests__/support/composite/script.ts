import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** The time a cancelled process has before the next, harder signal, in milliseconds. */
export interface Grace {
  readonly interrupt: number
  readonly terminate: number
}

/** The times of the runner. */
export const runnerGrace: Grace = { interrupt: 7500, terminate: 2500 }

/** How long the runner waits for output that other processes keep open after the step's process has ended. */
const streamGrace = 5000

export interface Script {
  readonly path: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly onLine: (line: string) => void
  /** Cancels this step. */
  readonly signal: AbortSignal
  readonly grace: Grace
  /** Called with the process group of what the script left running. */
  readonly onLeftover: (group: number) => void
}

/** Runs a script like the runner for `shell: bash`, and returns its exit code: 128 and more after a signal. */
export async function runScript(script: Script): Promise<number> {
  const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script.path], {
    cwd: script.cwd,
    env: { ...script.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that remaining background processes can be found.
    detached: true
  })
  const streams = [child.stdout, child.stderr].map((stream) => readLines(stream, script.onLine))
  const exit = exitOf(child)
  const cancel = (): void => void interrupt(child, exit, script.grace)
  script.signal.addEventListener('abort', cancel, { once: true })
  if (script.signal.aborted) cancel()
  try {
    const code = await exit
    await Promise.race([Promise.all(streams), delay(streamGrace, undefined, { ref: false })])
    return code
  } finally {
    script.signal.removeEventListener('abort', cancel)
    if (child.pid !== undefined && signalGroup(child.pid, 0)) script.onLeftover(child.pid)
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

/** Only the step's own process gets the signals, not its children: so a step should `exec` its program. */
async function interrupt(child: ChildProcess, exit: Promise<number>, grace: Grace): Promise<void> {
  child.kill('SIGINT')
  if (await endsWithin(exit, grace.interrupt)) return
  child.kill('SIGTERM')
  if (await endsWithin(exit, grace.terminate)) return
  child.kill('SIGKILL')
}

async function endsWithin(exit: Promise<number>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController()
  const ended = await Promise.race([
    exit.then(
      () => true,
      () => true
    ),
    delay(milliseconds, false, { signal: timer.signal }).catch(() => true)
  ])
  timer.abort()
  return ended
}

async function exitOf(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.once('error', reject)
  child.once('exit', (code, signal) => resolve(code ?? 128 + (signalNumbers[signal ?? ''] ?? 0)))
  return promise
}

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** The runner keeps background processes of a step until the job ends, and then kills them; so must a test. */
export function endLeftovers(groups: readonly number[]): void {
  for (const group of groups) signalGroup(group, 'SIGKILL')
}

/** False if the group has no processes left. */
function signalGroup(group: number, signal: 0 | 'SIGKILL'): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    return false
  }
}

async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.replace(/\r$/, ''))
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('close', resolve)
  await promise
  if (rest !== '') onLine(rest)
}
