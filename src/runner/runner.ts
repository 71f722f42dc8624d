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

/** The Actions runner as programs use it: a log with groups, one annotation, outputs, masks and the job summary. */
export interface Runner {
  log(line: string): void
  group(title: string): void
  endGroup(): void
  /** The one error annotation of a run; it also stands in the log. */
  annotate(title: string, message: string): void
  /** An annotation that fails nothing. */
  notice(title: string, message: string): void
  output(name: string, value: string): void
  mask(secret: string): void
  summary(markdown: string): Promise<void>
}

/** @param redact takes secrets out of every text, also where no runner masks it */
export function createRunner(redact: (text: string) => string, environment: NodeJS.ProcessEnv): Runner {
  return {
    log: (line) => info(redact(line)),
    group: (title) => startGroup(redact(title)),
    endGroup,
    annotate: (title, message) => annotateError(redact(message), { title: redact(title) }),
    notice: (title, message) => annotateNotice(redact(message), { title: redact(title) }),
    output: setOutput,
    mask: setSecret,
    async summary(markdown) {
      const file = environment['GITHUB_STEP_SUMMARY']
      // GitHub Enterprise Server before 3.6 and a plain shell have none.
      if (file) await appendFile(file, redact(markdown))
    }
  }
}
