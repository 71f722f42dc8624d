import { describeReplicationGroup } from '../aws/elasticache.ts'
import type { Credentials } from '../credentials.ts'
import { verifyReplicationGroup } from '../elasticache/elasticache.ts'
import { toFailureFor } from '../kubernetes/failure.ts'
import type { RenderedCache } from '../rendered-cache/rendered-cache.ts'
import { systemClock } from '../runner/clock.ts'
import { verifySecret } from '../secret/secret.ts'
import { names } from '../workload.ts'
import type { CacheInputs } from './cache-inputs.ts'
import { checkedInto, noteInto } from './findings.ts'
import type { Program } from './program.ts'
import type { Target } from './target.ts'

/**
 * Proves that the Secret holds what AWS holds, as far as that can be told, and that its fields keep their contract.
 * @param force whether the ExternalSecret is synced anew for that; otherwise its last sync is judged
 */
export async function secretPhase(
  { externalSecret }: RenderedCache,
  force: boolean,
  { namespace, cluster, deadline, role }: Target,
  { result, redaction, signal, log, phase }: Program
): Promise<Credentials> {
  const inputs = { namespace, externalSecret: externalSecret?.object, force }
  let credentials: Credentials | undefined
  await phase('secret', `Secret/${names.credentials} in namespace ${namespace}`, async () => {
    const verified = await verifySecret(inputs, deadline, {
      cluster,
      toFailure: toFailureFor(role),
      secret: (value) => redaction.add(value),
      checked: checkedInto(result),
      clock: systemClock,
      date: () => new Date(),
      signal,
      log
    })
    credentials = verified.credentials
    return verified.fresh ? 'it is fresh, its fields keep their contract' : 'its fields keep their contract'
  })
  if (credentials === undefined) throw new Error('the phase ended without credentials')
  return credentials
}

/** Verifies the settings of the replication group, if one is named. */
export async function elasticachePhase(
  { replicationGroup: group, awsRegion: region, relaxed }: CacheInputs,
  credentials: Credentials,
  { result, signal, log, phase }: Program
): Promise<void> {
  if (group === undefined) {
    noteInto(result, log)('The settings of ElastiCache were not verified: `elasticache-replication-group` is not set.')
    return
  }
  await phase('elasticache', `replication group ${group}`, async () => {
    const checks = await verifyReplicationGroup(
      { group, region, relaxed, credentials },
      {
        describe: (id, where) => describeReplicationGroup(id, where, signal),
        checked: checkedInto(result),
        log
      }
    )
    const allowed = checks.filter((check) => check.relaxed).map(({ name }) => name)
    const exceptions = allowed.length === 0 ? '' : `, except what is allowed: ${allowed.join(', ')}`
    return `replication group ${group} is as required${exceptions}`
  })
}
