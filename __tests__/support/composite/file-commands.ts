import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const fileCommandNames = ['output', 'env', 'path', 'state', 'step_summary'] as const

export type FileCommandName = (typeof fileCommandNames)[number]

const summaryLimit = 1024 * 1024

/** The files with the outputs and other commands of a step: new and empty for each step. */
export class FileCommands {
  readonly paths: Readonly<Record<FileCommandName, string>>

  private constructor(paths: Readonly<Record<FileCommandName, string>>) {
    this.paths = paths
  }

  static async create(folder: string): Promise<FileCommands> {
    await mkdir(folder, { recursive: true })
    const path = (name: FileCommandName): string => join(folder, name)
    for (const name of fileCommandNames) await writeFile(path(name), '')
    return new FileCommands({
      output: path('output'),
      env: path('env'),
      path: path('path'),
      state: path('state'),
      step_summary: path('step_summary')
    })
  }

  async pairs(name: 'output' | 'env' | 'state'): Promise<Map<string, string>> {
    return parsePairs(await this.#read(name))
  }

  async pathEntries(): Promise<string[]> {
    return (await this.#read('path')).split(/\r?\n/).filter((line) => line !== '')
  }

  /** The runner drops a summary that is too long, and the step continues. */
  async summary(): Promise<string | Error> {
    const text = await this.#read('step_summary')
    const bytes = Buffer.byteLength(text)
    if (bytes <= summaryLimit) return text
    const size = Math.floor(bytes / 1024)
    return new Error(
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${summaryLimit / 1024}k, got ${size}k.`
    )
  }

  /** A step may have removed the file; then it is ignored. */
  async #read(name: FileCommandName): Promise<string> {
    return readFile(this.paths[name], 'utf8').catch(() => '')
  }
}

/** NAME=VALUE lines and NAME<<DELIMITER blocks, parsed like the runner. */
export function parsePairs(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      if (equals === 0) throw new Error(`Invalid format '${line}'. Name must not be empty`)
      pairs.set(line.slice(0, equals), line.slice(equals + 1))
    } else if (heredoc >= 0) {
      const name = line.slice(0, heredoc)
      const delimiter = line.slice(heredoc + 2)
      if (name === '' || delimiter === '') {
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
      }
      const end = lines.indexOf(delimiter, at + 1)
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
      pairs.set(name, lines.slice(at + 1, end).join('\n'))
      at = end
    } else {
      throw new Error(`Invalid format '${line}'`)
    }
  }
  return pairs
}
