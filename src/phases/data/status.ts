import { Failure } from '../../core/failure.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { keyCount } from '../../core/redis/data-state.ts'
import type { RedisInfo } from '../../core/redis/info.ts'

/** What was there before redis-0 was replaced, and what the new one says. */
export interface DataFacts {
  namespace: string
  keysBefore: number
  /** Whether the Redis of before may have evicted sentinel keys. */
  mayEvict: boolean
  /** How many sentinel keys were written, and how many were found again with their value. */
  written: number
  found: number
  /** INFO of the new process, which counts from its start, after the sentinels were removed. */
  info: RedisInfo
}

export interface DataStatus {
  failure: Failure | undefined
  /** What was seen, in one sentence, with the numbers. */
  sentence: string
  keysAfter: number
}

/**
 * Whether the data is there after the change. The number of keys is told and not judged, because clients go on working;
 * but none at all after there were some is a loss, unless somebody removed them since.
 */
export function dataStatus({ namespace, keysBefore, mayEvict, written, found, info }: DataFacts): DataStatus {
  const keysAfter = keyCount(info)
  const [expired, evicted] = [counted(info, 'expired_keys'), counted(info, 'evicted_keys')]
  const isFlushed = ['flushall', 'flushdb'].some((name) => /calls=[1-9]/.test(info.get(`cmdstat_${name}`) ?? ''))
  const gone = [
    ...(expired > 0 ? [`${expired} expired`] : []),
    ...(evicted > 0 ? [`${evicted} evicted`] : []),
    ...(isFlushed ? ['flushed by a client'] : [])
  ]
  const since = gone.length === 0 ? '' : ` (since its start: ${gone.join(', ')})`
  const keys = `${keysBefore} keys before, ${keysAfter} after${since}`
  const proof = written === 0 ? keys : `${found} of ${written} sentinel keys found again; ${keys}`
  const isEmptied = keysBefore > 0 && keysAfter === 0 && expired === 0
  // Whoever evicts or flushes may meet these keys, too.
  const isMissing = found < written && !mayEvict
  const isLost = evicted === 0 && !isFlushed && (isMissing || isEmptied)
  return { failure: isLost ? dataLostFailure(proof, namespace) : undefined, sentence: proof, keysAfter }
}

function counted(info: RedisInfo, name: string): number {
  return Number(info.get(name) ?? 0)
}

function dataLostFailure(proof: string, namespace: string): Failure {
  return new Failure(
    'data-lost',
    `data is missing after ${names.pod} was replaced: ${proof}`,
    `see what the new Redis loaded: \`kubectl -n ${namespace} logs ${names.pod} -c ${names.redisContainer}\`; stop the ` +
      'applications that write, and restore a copy ("Restore a copy" in docs/data-safety.md)'
  )
}
