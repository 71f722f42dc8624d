export const failureCodes = [
  'invalid-input',
  'render-failed',
  'cluster-unreachable',
  'unauthorized',
  'forbidden',
  'namespace-missing',
  'invalid-manifest',
  'immutable-field',
  'field-conflict',
  'quota-exceeded',
  'data-at-risk',
  'image-pull',
  'crash-loop',
  'config-error',
  'oom-killed',
  'unschedulable',
  'volume-pending',
  'probe-failing',
  'stuck-revision',
  'rollout-timeout',
  'redis-unreachable',
  'redis-auth',
  'redis-open',
  'redis-loading',
  'redis-readonly',
  'service-mismatch',
  'data-lost',
  'memory-over-threshold',
  'config-drift',
  'persistence-failing',
  'metrics-missing',
  'secret-missing',
  'secret-field',
  'secret-stale',
  'external-secret-error',
  'elasticache-settings',
  'elasticache-unreachable',
  'cancelled',
  'internal'
] as const

export type FailureCode = (typeof failureCodes)[number]

/** Text from the cluster that supports the sentence: events, container states, log lines. Untrusted. */
export interface Evidence {
  title: string
  text: string
}

/** A failure in the form in which it is passed between processes. */
export interface FailureReport {
  code: FailureCode
  /** One sentence with names and numbers. */
  sentence: string
  /** What to type or to change next. */
  hint: string
  evidence: Evidence[]
}

/** The only error that phases throw on purpose; anything else that is thrown becomes `internal`. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  readonly hint: string
  readonly evidence: Evidence[]

  constructor(code: FailureCode, sentence: string, hint: string, evidence: Evidence[] = [], cause?: unknown) {
    super(sentence, { cause })
    this.code = code
    this.hint = hint
    this.evidence = evidence
  }
}

/** The message of anything that was thrown, including the message of its cause where that adds information. */
export function messageOf(error: unknown): string {
  if (!isError(error)) return typeof error === 'object' ? 'an object that is no error' : String(error)
  const cause = isError(error.cause) && !error.message.includes(error.cause.message) ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`
}

// Errors of another realm are not `instanceof Error`, so the shape decides.
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
}

const general = ['cluster-unreachable', 'unauthorized', 'cancelled', 'internal']

/** Whether a failure does not concern a single object: any other request would fail in the same way. */
export function isGeneral({ code }: Failure): boolean {
  return general.includes(code)
}

/** Combines failures into one: the first provides the code, sentence and hint list all. */
export function combinedFailure(errors: readonly unknown[]): unknown {
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
