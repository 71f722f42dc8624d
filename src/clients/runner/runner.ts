import { appendFile } from 'node:fs/promises'
import {
  error as annotateError,
  notice as annotateNotice,
  endGroup,
  info,
  setOutput,
  setSecret,
  startGroup
} from '@actions/core'
import { sanitize } from '../../core/sanitize.ts'

/**
 * The Actions runner for programs: a log with groups, one annotation, outputs, masks and the job summary. Whatever a
 * text of the log contains, the runner treats it as text and not as a command.
 */
export interface Runner {
  /** Writes one line, whatever the text contains, so that no text from outside can pose as a line of this action. */
  log(line: string): void
  group(title: string): void
  endGroup(): void
  /** The one error annotation of a run; it is also written to the log. */
  annotate(title: string, message: string): void
  /** An annotation that does not fail the run. */
  notice(title: string, message: string): void
  output(name: string, value: string): void
  /** `::add-mask::`: the runner replaces the value in every later line of the job's log. */
  mask(secret: string): void
  summary(markdown: string): Promise<void>
}

/** @param redact removes secrets from every text, even where no runner masks them */
export function createRunner(redact: (text: string) => string, environment: NodeJS.ProcessEnv): Runner {
  // In this order: a secret of several lines is only found while it has them.
  const text = (raw: string) => sanitize(redact(raw))
  const line = (raw: string) => text(raw).replace(/\s*\n\s*/g, ' ')
  return {
    log: (raw) => info(line(raw)),
    group: (title) => startGroup(line(title)),
    endGroup,
    annotate: (title, message) => annotateError(text(message), { title: line(title) }),
    notice: (title, message) => annotateNotice(text(message), { title: line(title) }),
    output: setOutput,
    mask: setSecret,
    async summary(markdown) {
      const file = environment['GITHUB_STEP_SUMMARY']
      // GitHub Enterprise Server before 3.6 and a plain shell have none.
      if (file) await appendFile(file, redact(markdown))
    }
  }
}
