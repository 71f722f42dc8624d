import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { names } from '../../../core/kubernetes/workload.ts'
import { explanationMilliseconds } from '../snapshot.ts'
import type { RehearsalDeps } from './deps.ts'

/** The server that was started, as far as it tells. */
export interface Started {
  serverVersion: string | undefined
  engine: 'redis' | 'valkey' | undefined
}

/** It is told among the first lines, before the data is loaded. */
const tailLines = 200

/** What the server says of itself in its log; nothing where its log is silent or must not be read. */
export async function startedVersion(
  { metadata: { name } }: KubernetesObject,
  namespace: string,
  { cluster, signal }: RehearsalDeps
): Promise<Started> {
  const limits = { tailLines, signal: AbortSignal.timeout(explanationMilliseconds) }
  try {
    return versionIn(await cluster.readLog(namespace, name, names.redisContainer, false, limits))
  } catch {
    signal.throwIfAborted()
    return { serverVersion: undefined, engine: undefined }
  }
}

/** The line `Redis version=7.2.16, bits=64, …` or `Valkey version=8.0.1, …` of server.c. */
export function versionIn(log: string): Started {
  const [, engine, serverVersion] = /\b(Redis|Valkey) version=(\d+(?:\.\d+)*)/.exec(log) ?? []
  return { serverVersion, engine: engine === undefined ? undefined : engine === 'Redis' ? 'redis' : 'valkey' }
}
