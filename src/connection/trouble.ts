/** What can keep a client from asking, in the order in which a client runs into it. */
export type TroubleKind =
  | 'unresolved'
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'no-tls'
  | 'handshake'
  | 'untrusted'
  | 'expired'
  | 'early'
  | 'wrong-name'
  | 'silent'
  | 'closed'
  | 'client'
  | 'unknown'

/** That a client does not get so far that it could ask, and why. */
export interface Trouble {
  kind: TroubleKind
  /** What the client says, or what it saw. */
  said: string
}

/** What a client saw. */
export interface Sight {
  /** Undefined if the cache answered. */
  trouble: Trouble | undefined
  /** Undefined without TLS, and after a trouble before it. */
  certificate: Certificate | undefined
  /** Undefined after a trouble. */
  answers: Answers | undefined
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
