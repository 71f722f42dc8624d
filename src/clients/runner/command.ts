import { getExecOutput } from '@actions/exec'
import type { CommandOptions, CommandResult } from '../../core/command.ts'

/**
 * Prints its process ID first: exec neither returns the ID of the process it started, nor can it end one. GNU `timeout`
 * creates a process group, and makes sure that nothing outlives a runner that was killed; BusyBox knows only short
 * options and whole seconds. Where there is none (macOS), the program runs without. The program's input comes from the
 * shell, not through the pipe of exec: an error of that pipe is not reported when a program ends before it has read
 * everything.
 */
const script = `
echo $$
ulimit -d "$0" 2>/dev/null
input=$1
shift
if [ -z "$input" ]; then exec </dev/null; else exec <<END
$input
END
fi
for timeout in timeout /usr/bin/timeout; do
  command -v $timeout >/dev/null && exec $timeout -s KILL "$@"
done
shift
exec "$@"`

/**
 * Runs a program of this machine within limits, without logging anything.
 * @throws the reason of the signal, after the program has ended
 */
export async function runCommand(
  program: string,
  parameters: readonly string[],
  { environment, directory, input = '', signal, ...limits }: CommandOptions
): Promise<CommandResult> {
  signal.throwIfAborted()
  const time = AbortSignal.timeout(limits.timeoutMilliseconds)
  const overflow = new AbortController()
  const end = AbortSignal.any([signal, time, overflow.signal])
  const output = new Output()
  let errorBytes = 0
  const kill = () => killGroup(output.processId)
  end.addEventListener('abort', kill)
  const checked = (bytes: number) => {
    if (bytes > limits.maximumBytes) overflow.abort()
    // It may have been cancelled before its process ID was known.
    else if (end.aborted) kill()
  }
  // `timeout` is only a second line of defence: this process ends the program a second earlier.
  const seconds = String(Math.ceil(limits.timeoutMilliseconds / 1000) + 1)
  const memory = String(limits.memoryKibibytes ?? 'unlimited')
  const line = ['-c', script, memory, input, seconds, program, ...parameters]
  const { exitCode, stderr } = await getExecOutput('/bin/sh', line, {
    silent: true,
    ignoreReturnCode: true,
    env: defined(environment),
    listeners: {
      stdout: (data) => checked(output.add(data)),
      stderr: (data) => {
        errorBytes += data.length
        checked(errorBytes)
      }
    },
    ...(directory !== undefined && { cwd: directory })
  }).finally(() => end.removeEventListener('abort', kill))
  signal.throwIfAborted()
  const stopped = overflow.signal.aborted ? 'output' : time.aborted && exitCode !== 0 ? 'time' : undefined
  // The types of exec do not know that there is no exit code after a signal.
  return { exitCode: (exitCode as number | null) ?? undefined, stdout: output.bytes, stderr, stopped }
}

/** The output of the script: a line with its process ID, followed by the output of the program. */
class Output {
  #chunks: Buffer[] = []
  #length = 0
  processId: number | undefined

  /** @returns the number of bytes the program has printed */
  add(data: Buffer): number {
    this.#chunks.push(data)
    this.#length += data.length
    if (this.processId === undefined) this.#readProcessId()
    return this.#length
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  #readProcessId(): void {
    const all = this.bytes
    const [line, id] = /^([1-9]\d*)\n/.exec(all.toString('latin1', 0, 30)) ?? []
    if (line === undefined) return
    this.processId = Number(id)
    this.#chunks = [all.subarray(line.length)]
    this.#length -= line.length
  }
}

/** Kills a process with its group; the group twice, because it may be created in between. */
function killGroup(processId: number | undefined): void {
  if (processId === undefined) return
  for (const target of [-processId, processId, -processId]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      // It has ended, or has no group.
    }
  }
}

function defined(environment: CommandOptions['environment']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  )
}
