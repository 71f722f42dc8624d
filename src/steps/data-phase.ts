import type { Credentials } from '../core/credentials.ts'
import { Failure, messageOf } from '../core/failure.ts'
import { names } from '../core/kubernetes/workload.ts'
import { userOf } from '../core/redis/url.ts'
import { sanitizeLine } from '../core/sanitize.ts'
import { readData } from '../phases/data/data.ts'
import type { Prepared } from '../phases/prepare/prepare.ts'
import type { ClusterSession } from './cluster-session.ts'
import { noteInto } from './findings.ts'
import { redisDeps } from './guard-phase.ts'
import type { StepContext } from './step.ts'

/**
 * Proves that the data outlived the restart of redis-0.
 * @param credentials as they are after the run
 * @throws Failure data-lost
 */
export async function dataPhase(
  { sentinels, keysBefore, mayEvict }: Prepared,
  credentials: Credentials,
  session: ClusterSession,
  { result, signal, log, phase }: StepContext
): Promise<void> {
  if (sentinels === undefined) return
  await phase('data', `of pod ${names.pod}, after its restart`, async () => {
    const { openTunnel, openRedis } = redisDeps(session)
    const username = userOf(credentials.url)
    const inputs = { namespace: session.namespace, username, credentials, keysBefore, mayEvict, sentinels }
    try {
      const { failure, sentence, keysAfter } = await readData(inputs, { openTunnel, openRedis })
      result.keysAfter = keysAfter
      if (failure !== undefined) throw failure
      return sentence
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Failure) throw error
      // Whether Redis can be reached at all is judged by the probe.
      const said = sanitizeLine(messageOf(error), 200)
      noteInto(result, log)(`Whether the data outlived the restart was not proven: ${said}.`)
      return 'not proven'
    }
  })
}
