/**
 * The memory limit that a Redis with this maxmemory needs, in bytes: twice as much. A child process that rewrites the
 * append-only file or saves a snapshot shares pages with its parent and copies each page written meanwhile, up to as
 * much again as Redis uses (redis.io, administration, memory).
 */
export function requiredMemoryLimit(maxmemoryBytes: bigint): bigint {
  return 2n * maxmemoryBytes
}
