/** What a program may take, and what it gets. */
export interface CommandOptions {
  /** All of its environment. */
  environment: Readonly<Record<string, string | undefined>>
  directory?: string
  /** The lines that it reads, without the last line feed; a few KB, because they are an argument on the way. Not secret. */
  input?: string
  /** Ends it, and all that it started. */
  signal: AbortSignal
  timeoutMilliseconds: number
  /** Of its output, and of its errors. */
  maximumBytes: number
  /** Memory for data; no limit if left out, or where none can be set (macOS). */
  memoryKibibytes?: number
}

/** How a program ended. */
export interface CommandResult {
  /** Undefined if a signal ended it. */
  exitCode: number | undefined
  stdout: Buffer
  stderr: string
  /** The limit for which it was stopped. */
  stopped: 'time' | 'output' | undefined
}

/**
 * Runs a program, of which nothing stands in the log.
 * @throws the reason of the signal, once the program has ended
 */
export type RunCommand = (
  program: string,
  parameters: readonly string[],
  options: CommandOptions
) => Promise<CommandResult>
