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
 * The Actions runner as programs use it: a log with groups, one annotation, outputs, masks and the job summary. Whatever
 * stands in a text of the log, the runner takes it for text and for no command.
 */
export interface Runner {
  /** Writes one line, whatever the text holds, so that no text from outside passes for a line of ours. */
  log(line: string): void
  group(title: string): void
  endGroup(): void
  /** The one error annotation of a run; it also stands in the log. */
  annotate(title: string, message: string): void
  /** An annotation that fails nothing. */
  notice(title: string, message: string): void
  output(name: string, value: string): void
  /** `::add-mask::`: the runner replaces the value in every later line of the job's log. */
  mask(secret: string): void
  summary(markdown: string): Promise<void>
}

/** @param redact takes secrets out of every text, also where no runner masks it */
export function createRunner(redact: (text: string) => string, environment: NodeJS.ProcessEnv): Runner {
  // In this order: a secret of several lines is one as long as it has them.
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
