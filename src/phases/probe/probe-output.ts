import type { NetworkProblem } from './network-problem.ts'
import type { WriteOutcome } from './write.ts'

/** What a client saw. */
export interface ProbeOutput {
  /** Undefined if the cache answered. */
  networkProblem: NetworkProblem | undefined
  /** Undefined without TLS, and after a network problem before it. */
  certificate: Certificate | undefined
  /** Undefined after a network problem. */
  answers: Answers | undefined
  /** What became of a write; missing where none was tried. */
  write?: WriteOutcome
  /** What each of several connections got for INFO, in one line; missing where none were made. */
  rounds?: readonly string[]
}

/** What the server presented, as far as it could be seen. */
export interface Certificate {
  /** `CN=…` of the authority, and the day on which the certificate ends; undefined where only the verdict is known. */
  issuer?: string
  validUntil?: string
  /** Whether it names the host; a text says why not, undefined that it could not be seen. */
  naming: true | string | undefined
}

/** What the cache answers, in the words of redis-cli: to PING without the password, to PING and INFO with it. */
export interface Answers {
  anonymous: string
  ping: string
  info: string
}
