import { posix } from 'node:path'
import { savePoints, setting } from '../redis/config.ts'
import { type Engine, engineOfImage } from '../redis/engine.ts'
import { quantityBytes, redisBytes } from '../units.ts'
import { knownValue } from './known.ts'
import type { RenderedRedis } from './rendered-cache.ts'

/** What a StatefulSet and its configuration say about the data of Redis; each part undefined if it is not known. */
export interface DataSetup {
  /** In the form of CONFIG GET; empty if no snapshots are written. */
  savePoints: string | undefined
  /** Bytes; 0 without a limit. */
  maxmemory: number | undefined
  policy: string | undefined
  /** Of container redis, in bytes. */
  memoryLimit: number | undefined
  /** Where the files are: `claim data, folder .`; the names of what keeps them and the path in it. */
  place: DataPlace | undefined
  /** The names of the files, by directive. */
  fileNames: Readonly<Record<string, string>> | undefined
  /** By the image of container redis. */
  engine: Engine | undefined
}

export interface DataPlace {
  /** The claim, or the type of another volume. */
  volume: string
  /** The path on it. */
  folder: string
}

/** The directives that name files, with their defaults. */
const fileNames = { dbfilename: 'dump.rdb', appenddirname: 'appendonlydir', appendfilename: 'appendonly.aof' }

export function dataSetup({ settings, container, storage }: RenderedRedis): DataSetup {
  const read = knownValue(settings)
  const certain = (name: string) => read !== undefined && !read.unresolved.includes(name)
  const text = (name: string) => (certain(name) && read !== undefined ? setting(read.config, name) : undefined)
  const bytes = redisBytes(text('maxmemory') ?? '0')
  const limit = quantityBytes(container?.memoryLimit ?? '')
  const names = Object.entries(fileNames).map(([name, otherwise]) => [name, text(name) ?? otherwise] as const)
  return {
    savePoints: certain('save') && read !== undefined ? savePoints(read.config) : undefined,
    maxmemory: certain('maxmemory') && bytes !== undefined ? Number(bytes) : undefined,
    policy: certain('maxmemory-policy') ? (text('maxmemory-policy') ?? 'noeviction') : undefined,
    memoryLimit: limit === undefined ? undefined : Number(limit),
    place: placeOf(storage),
    fileNames: Object.keys(fileNames).every(certain) ? Object.fromEntries(names) : undefined,
    engine: engineOfImage(container?.image ?? '')
  }
}

function placeOf({ dataDirectory }: RenderedRedis['storage']): DataPlace | undefined {
  const directory = knownValue(dataDirectory)
  if (directory === undefined) return undefined
  const { path, mount } = directory
  if (mount === undefined) return { volume: 'the file system of the container', folder: path }
  const volume = mount.claim === undefined ? `a volume of type ${mount.volume}` : `claim ${mount.claim}`
  return { volume, folder: posix.relative(posix.resolve('/', mount.path), path) || '.' }
}
