import type { Check, ProgramResult } from '../result.ts'

/** Keeps a check for the report. */
export function checkedInto(result: ProgramResult): (check: Check) => void {
  return (check) => {
    result.checks = [...(result.checks ?? []), check]
  }
}

/** Says what a reader should know beside the verdict, and keeps it for the report. */
export function noteInto(result: ProgramResult, log: (line: string) => void): (sentence: string) => void {
  return (sentence) => {
    log(sentence)
    result.notes = [...(result.notes ?? []), sentence]
  }
}
