import type { Credentials } from '../credentials.ts'

/** Where clients find the cache, by its Secret. */
export interface Address {
  host: string
  port: number
  /** Only the URL can tell a user (RBAC of ElastiCache); undefined for the user `default`. */
  username: string | undefined
  tls: boolean
}

/** Reads the address as a client does; that the fields agree with each other has been verified before. */
export function addressOf({ host, port, url }: Credentials): Address {
  const [, scheme = '', username = ''] = /^(\w+):\/\/(?:([^:@/]*)(?::[^@]*)?@)?/.exec(url) ?? []
  return {
    host,
    port: Number(port),
    username: decoded(username) || undefined,
    tls: ['rediss', 'valkeys'].includes(scheme.toLowerCase())
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
