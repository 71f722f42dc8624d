/** Where a node of a cluster sends a client for a key. */
export interface Redirect {
  /** `ask` counts for one command, which ASKING must precede. */
  kind: 'moved' | 'ask'
  /** Undefined for the host that was asked. */
  host: string | undefined
  port: number
}

/** As many as a client follows before it gives up. */
export const mostRedirects = 5

/**
 * Reads `MOVED 3999 10.0.0.7:6381` (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection).
 * An IPv6 address stands there without brackets, and a node that knows no address of its own leaves it out.
 * @returns undefined for any other reply, and where the node does not say the name of the other one (`?`)
 */
export function redirectOf(said: string): Redirect | undefined {
  const [, word, host = '', port] = /^(MOVED|ASK) \d{1,5} ([\w.:?-]*):(\d{1,5})$/.exec(said.trim()) ?? []
  if (word === undefined || host.includes('?')) return undefined
  const number = Number(port)
  if (number < 1 || number > 65_535) return undefined
  return { kind: word === 'ASK' ? 'ask' : 'moved', host: host === '' ? undefined : host, port: number }
}
