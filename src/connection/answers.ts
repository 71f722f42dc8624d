/** What one question of the script came to. */
export interface Answer {
  exitCode: number
  output: Buffer
}

/** Reads the log of a probe pod: of several answers to one question the last, and of other lines nothing. */
export function readAnswers(log: string): ReadonlyMap<string, Answer> {
  const lines = [...log.matchAll(/^([a-z]+) (\d{1,3})(?: ([A-Za-z0-9+/]*={0,2}))?$/gm)]
  return new Map(
    lines.map(([, name = '', code, output = '']) => [
      name,
      { exitCode: Number(code), output: Buffer.from(output, 'base64') }
    ])
  )
}

/** The script came to its end, and the log is whole. */
export function isComplete(answers: ReadonlyMap<string, Answer>): boolean {
  return answers.has('end')
}
