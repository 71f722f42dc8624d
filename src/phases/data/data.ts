import type { Credentials } from '../../core/credentials.ts'
import { ports } from '../../core/kubernetes/workload.ts'
import { parseInfo } from '../../core/redis/info.ts'
import type { Sentinels } from '../../core/sentinels.ts'
import type { DataDeps } from './deps.ts'
import { type DataStatus, dataStatus } from './status.ts'

/** The limit of one connection or reply, in milliseconds. */
const answerMilliseconds = 5_000

export interface DataInputs {
  namespace: string
  /** The user of the stored `url`; undefined for `default`. */
  username: string | undefined
  credentials: Pick<Credentials, 'password'>
  keysBefore: number
  mayEvict: boolean
  sentinels: Sentinels
}

/** Reads the sentinel keys back from the Redis that was started anew, and removes them. */
export async function readData(inputs: DataInputs, deps: DataDeps): Promise<DataStatus> {
  const { namespace, username, credentials, keysBefore, mayEvict, sentinels } = inputs
  await using tunnel = await deps.openTunnel(ports.redis)
  await using connection = await deps.openRedis(tunnel.port, credentials.password, answerMilliseconds, username)
  const keys = [...sentinels.keys()]
  const values = await Promise.all(keys.map((key) => connection.call('GET', key)))
  const found = keys.filter((key, index) => String(values[index]) === sentinels.get(key)).length
  if (found > 0) await connection.call('DEL', ...keys)
  const info = parseInfo(String(await connection.call('INFO', 'everything')))
  return dataStatus({ namespace, keysBefore, mayEvict, written: keys.length, found, info })
}
