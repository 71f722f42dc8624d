import { Failure } from '../../core/failure.ts'

/** The allowed values of an input as words: `none, server or client`. Intl.ListFormat takes 20 ms to load its data. */
export function oneOf(values: readonly string[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

/** The source of inputs: returns a trimmed value, that of a secret as it is; empty if it is not set. */
export type InputSource = (name: string) => string

/** White space may belong to a password, so that whoever reads it decides. */
const exact = new Set(['redis-password'])

/**
 * Inputs from the runner. `using: node24` sets INPUT_MEMORY-LIMIT; the steps of a composite set INPUT_MEMORY_LIMIT
 * themselves, because a shell may drop variables with a dash.
 */
export function inputsFrom(environment: NodeJS.ProcessEnv): InputSource {
  return (name) => {
    const upper = `INPUT_${name.toUpperCase()}`
    const text = environment[upper] ?? environment[upper.replaceAll('-', '_')] ?? ''
    return exact.has(name) ? text : text.trim()
  }
}

/** Reads inputs one by one and collects their problems, so that a user sees all of them at once. */
export class InputReader {
  readonly #source: InputSource
  readonly #problems: string[] = []

  constructor(source: InputSource) {
    this.#source = source
  }

  /** The text, undefined if it is empty. */
  optional(name: string): string | undefined {
    return this.#source(name) || undefined
  }

  required(name: string): string {
    const value = this.#source(name)
    if (value === '') this.#problems.push(`${name} is required`)
    return value
  }

  /** A text that `parse` accepts; `expected` tells the user what is allowed. */
  parsed<T>(name: string, expected: string, parse: (text: string) => T | undefined): T | undefined {
    const value = this.#source(name)
    if (value === '') return undefined
    const result = parse(value)
    if (result === undefined) this.refuse(name, value, expected)
    return result
  }

  /** The same for an input that has a default in action.yml, so that an empty text is an error too. */
  parsedOrElse<T>(name: string, expected: string, otherwise: T, parse: (text: string) => T | undefined): T {
    const value = this.#source(name)
    const result = value === '' ? undefined : parse(value)
    if (result === undefined) this.refuse(name, value, expected)
    return result ?? otherwise
  }

  flag(name: string): boolean {
    return this.parsedOrElse(name, '"true" or "false"', false, (text) =>
      text === 'true' ? true : text === 'false' ? false : undefined
    )
  }

  refuse(name: string, value: string, expected: string): void {
    this.#problems.push(`${name} is ${value === '' ? 'empty' : JSON.stringify(value)}, but must be ${expected}`)
  }

  /** The same for an input whose value must not be shown. */
  refuseSecret(name: string, expected: string): void {
    this.#problems.push(`${name} must be ${expected}`)
  }

  /** @throws Failure invalid-input that lists every problem found so far */
  finish(): void {
    if (this.#problems.length === 0) return
    throw new Failure('invalid-input', this.#problems.join('. '), 'correct the inputs under `with:` in the workflow')
  }
}
