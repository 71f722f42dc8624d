/** The fields of an INFO reply. */
export type RedisInfo = ReadonlyMap<string, string>

/** Reads an INFO reply: `name:value` lines, `# Section` lines and empty ones between them. */
export function parseInfo(reply: string): RedisInfo {
  const fields = new Map<string, string>()
  for (const line of reply.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return fields
}

/** The version of the server; Valkey reports its own beside the Redis version it is compatible with. */
export function serverVersion(info: RedisInfo): string | undefined {
  const valkey = info.get('valkey_version')
  return valkey === undefined ? info.get('redis_version') : `Valkey ${valkey}`
}

/** Bytes; NaN if missing in the reply. */
export function usedMemory(info: RedisInfo): number {
  return Number(info.get('used_memory') ?? Number.NaN)
}

/** What the process takes of the memory of its container, in bytes; NaN if the reply lacks it. */
export function processMemory(info: RedisInfo): number {
  return Number(info.get('used_memory_rss') ?? Number.NaN)
}

/** What the keys and their values take, in bytes; NaN if the reply lacks it. */
export function usedDataset(info: RedisInfo): number {
  return Number(info.get('used_memory_dataset') ?? Number.NaN)
}
