import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { names } from '../../../core/kubernetes/workload.ts'
import { type Engine, engineOfLog } from '../../../core/redis/engine.ts'
import { explanationMilliseconds } from '../snapshot.ts'
import type { RehearsalDeps } from './deps.ts'

/** It is told among the first lines, before the data is loaded. */
const tailLines = 200

/** The engine that was started, by its log; undefined where that is silent or must not be read. */
export async function startedEngine(
  { metadata: { name } }: KubernetesObject,
  namespace: string,
  { cluster, signal }: RehearsalDeps
): Promise<Engine | undefined> {
  const limits = { tailLines, signal: AbortSignal.timeout(explanationMilliseconds) }
  try {
    return engineOfLog(await cluster.readLog(namespace, name, names.redisContainer, false, limits))
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
