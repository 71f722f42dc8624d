/** Caches of different make, all in one pod: each at a port of its own. */
export const caches = {
  right: 6379,
  'wrong name': 6380,
  expired: 6381,
  'unknown issuer': 6382,
  replica: 6383,
  open: 6384,
  'no TLS': 6385,
  noeviction: 6386
} as const

export type Cache = keyof typeof caches
