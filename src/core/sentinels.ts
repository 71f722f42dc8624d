/**
 * Keys that a run writes before redis-0 is replaced and reads after that, with their values: whether data was lost is
 * told by them, and not by the number of keys, because clients go on working meanwhile.
 */
export type Sentinels = ReadonlyMap<string, string>

/** How they begin. */
export const sentinelPrefix = 'redis-cache-action:sentinel:'
