/** What a person may accept by name, in the input `accept-data-loss`. */
export const acceptableDangers = ['maxmemory', 'persistence', 'claim'] as const

export type AcceptableDanger = (typeof acceptableDangers)[number]
