import { Failure } from '../failure.ts'

const general = ['cluster-unreachable', 'unauthorized', 'cancelled', 'internal']

/** Whether a failure is none of one object: whatever else is tried would fail alike. */
export function isGeneral({ code }: Failure): boolean {
  return general.includes(code)
}

/** Several failures as one: the first gives the code, sentence and hint list all. */
export function combined(errors: readonly unknown[]): unknown {
  const failures = errors.filter((error) => error instanceof Failure)
  const [first, ...others] = failures
  if (first === undefined || failures.length < errors.length) return errors.find((error) => !(error instanceof Failure))
  const sentences = [...new Set(others.map(({ message }) => message))].filter((message) => message !== first.message)
  if (sentences.length === 0) return first
  return new Failure(
    first.code,
    [first.message, ...sentences].join('. Also: '),
    [...new Set(failures.map(({ hint }) => hint))].join('; '),
    failures.flatMap(({ evidence }) => evidence),
    first
  )
}
