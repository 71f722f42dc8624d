import type { RedisInfo } from './info.ts'

/** A server that speaks the protocol of Redis. */
export interface Engine {
  name: 'redis' | 'valkey'
  /** The first one or two numbers: `[7, 2]`, or `[8]` where the minor version is not known. */
  version: readonly [major: number, minor?: number]
}

/**
 * The RDB version that each series writes, which is the newest that it reads: RDB_VERSION in rdb.h of its tags. Valkey
 * left the numbers from 12 on to Redis, so that 9.0 went on with 80 and refuses those between (valkey#2917).
 */
const series: Record<Engine['name'], readonly (readonly [major: number, minor: number, rdb: number])[]> = {
  redis: [
    [5, 0, 9],
    [6, 0, 9],
    [6, 2, 9],
    [7, 0, 10],
    [7, 2, 11],
    [7, 4, 12],
    [8, 0, 12]
  ],
  valkey: [
    [7, 2, 11],
    [8, 0, 11],
    [8, 1, 11],
    [9, 0, 80]
  ]
}
const title = { redis: 'Redis', valkey: 'Valkey' } as const
/** The first number that only one of the two understands. */
const firstOwn = 12

/** What runs, by its own words; undefined if the reply does not say. */
export function engineOfInfo(info: RedisInfo): Engine | undefined {
  const valkey = info.get('valkey_version')
  return valkey === undefined ? engineOf('redis', info.get('redis_version') ?? '') : engineOf('valkey', valkey)
}

/** What a line of the log of a starting server says: `Redis version=7.2.16, bits=64, …`. */
export function engineOfLog(line: string): Engine | undefined {
  const [, name = '', version = ''] = /\b(redis|valkey) version=([\d.]+)/i.exec(line) ?? []
  return engineOf(name.toLowerCase() === 'valkey' ? 'valkey' : 'redis', version)
}

/** What an image starts, by its name and tag; undefined where they do not tell. */
export function engineOfImage(image: string): Engine | undefined {
  const [, name = '', tag = ''] = /(?:^|\/)(redis|valkey)(?::v?([\d.]+)[^@]*)?(?:@|$)/.exec(image) ?? []
  return engineOf(name === 'valkey' ? 'valkey' : 'redis', tag)
}

function engineOf(name: Engine['name'], version: string): Engine | undefined {
  const [major, minor] = version.split('.').map(Number)
  if (version === '' || major === undefined || !Number.isInteger(major)) return undefined
  return { name, version: minor === undefined || !Number.isInteger(minor) ? [major] : [major, minor] }
}

/** Whether an engine can read the files that another one wrote; undefined if that is not known. */
export function canRead(reader: Engine, writer: Engine): boolean | undefined {
  const [read, written] = [rdbVersions(reader), rdbVersions(writer)]
  if (read === undefined || written === undefined) return undefined
  if (reader.name !== writer.name && written.least >= firstOwn) return false
  if (read.most < written.least) return false
  return read.least >= written.most || (reader.name === writer.name && isAtLeast(reader, writer)) ? true : undefined
}

function isAtLeast({ version: [major, minor = 0] }: Engine, { version: [other, otherMinor = 0] }: Engine): boolean {
  return major > other || (major === other && minor >= otherMinor)
}

/** Which engines read what this one wrote: `Redis 7.4 or newer`. */
export function readersOf(writer: Engine): string {
  const written = rdbVersions(writer)
  if (written === undefined || written.most === Number.POSITIVE_INFINITY) return `${engineTitle(writer)} or newer`
  const readers = (['redis', 'valkey'] as const).flatMap((name) => {
    if (written.least >= firstOwn && name !== writer.name) return []
    const first = series[name].find(([, , rdb]) => rdb >= written.most)
    return first === undefined ? [] : [`${title[name]} ${first[0]}.${first[1]} or newer`]
  })
  return readers.join(', ')
}

/** `Redis 7.2` */
export function engineTitle({ name, version }: Engine): string {
  return `${title[name]} ${version.join('.')}`
}

/** The RDB version that an engine writes, as far as it is known; undefined for one that is older than all of the table. */
function rdbVersions({ name, version: [major, minor] }: Engine): { least: number; most: number } | undefined {
  const known = series[name]
  const upTo = ([first, second]: readonly number[]) =>
    Number(first) < major || (first === major && Number(second) <= (minor ?? Number.POSITIVE_INFINITY))
  const last = known.findLast(upTo)
  if (last === undefined) return undefined
  const isNewest = last === known.at(-1) && !(last[0] === major && last[1] === minor)
  const sameMajor = known.filter(([first]) => first === major)
  const first = minor === undefined ? (sameMajor[0] ?? last) : last
  return { least: first[2], most: isNewest ? Number.POSITIVE_INFINITY : last[2] }
}
