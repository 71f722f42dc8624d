import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The process id that a program has written into a file. */
export function numberIn(file: string): number {
  const number = Number(readFileSync(file, 'utf8'))
  if (!Number.isInteger(number) || number <= 1) throw new Error(`${file} has no process id`)
  return number
}

/** Waits until a process has ended; one that nobody has asked for its exit code (a zombie) has. */
export async function ended(processId: number): Promise<void> {
  for (;;) {
    const state = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(processId)]).catch(() => undefined)
    if (state === undefined || state.stdout.trim().startsWith('Z')) return
    await setTimeout(20)
  }
}
