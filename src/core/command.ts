/** The limits and the input of a program. */
export interface CommandOptions {
  /** Its complete environment. */
  environment: Readonly<Record<string, string | undefined>>
  directory?: string
  /**
   * The lines it reads from stdin, without the last line feed; a few KB, because they are passed as an argument. Not
   * secret.
   */
  input?: string
  /** Kills the program and all its children. */
  signal: AbortSignal
  timeoutMilliseconds: number
  /** For stdout and for stderr. */
  maximumBytes: number
  /** Memory for data; unlimited if omitted, or where no limit can be set (macOS). */
  memoryKibibytes?: number
}

/** How a program ended. */
export interface CommandResult {
  /** Undefined if it was killed by a signal. */
  exitCode: number | undefined
  stdout: Buffer
  stderr: string
  /** The limit it was killed for. */
  stopped: 'time' | 'output' | undefined
}

/**
 * Runs a program without logging anything about it.
 * @throws the reason of the signal, after the program has ended
 */
export type RunCommand = (
  program: string,
  parameters: readonly string[],
  options: CommandOptions
) => Promise<CommandResult>
