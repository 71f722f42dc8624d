import { constants } from 'node:os'
import { at, textAt } from '../kubernetes-object.ts'
import { formatDuration } from '../units.ts'

/** A run that was shorter is one that ends right after its start. */
const briefMilliseconds = 10_000

/** How a container ended, from `terminated` of its status: `exit code 139 (SIGSEGV)`. */
export function ending(exit: unknown): string {
  const signal = Number(at(exit, 'signal') ?? 0)
  if (signal > 0) return `signal ${signal}${named(signal)}`
  const code = textAt(exit, 'exitCode')
  // Shells and container runtimes tell a signal as an exit code of 128 and more.
  return code === undefined ? 'an unknown exit code' : `exit code ${code}${named(Number(code) - 128)}`
}

/** How long it ran: `right after its start`, or `after 25.0 s`. */
export function runtime(exit: unknown): string {
  const [start, end] = [textAt(exit, 'startedAt'), textAt(exit, 'finishedAt')].map((time) => Date.parse(time ?? ''))
  const milliseconds = (end ?? Number.NaN) - (start ?? Number.NaN)
  return milliseconds >= briefMilliseconds ? `after ${formatDuration(milliseconds)}` : 'right after its start'
}

/** Which run of a container is the one that ended last: `2nd`. */
export function ordinal(status: unknown): string {
  const count = Number(at(status, 'restartCount') ?? 0) + 1
  const suffix = count % 100 > 10 && count % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${suffix}`
}

function named(signal: number): string {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return name === undefined ? '' : ` (${name})`
}
