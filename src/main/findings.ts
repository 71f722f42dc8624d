import type { Check, ProgramResult } from '../result.ts'
import { harmlessLine } from '../untrusted-text.ts'

/** Room for the names of many objects. */
const maximumNote = 8_000

/** Keeps a check for the report. */
export function checkedInto(result: ProgramResult): (check: Check) => void {
  return (check) => {
    result.checks = [...(result.checks ?? []), check]
  }
}

/** Says what a reader should know beside the verdict, and keeps it for the report. */
export function noteInto(result: ProgramResult, log: (line: string) => void): (sentence: string) => void {
  return (sentence) => {
    // Names of manifests and messages of the cluster stand in it.
    const note = harmlessLine(sentence, maximumNote)
    log(note)
    result.notes = [...(result.notes ?? []), note]
  }
}
