import { toFailureFor } from '../clients/kubernetes/failure.ts'
import { openPortForward } from '../clients/kubernetes/port-forward.ts'
import { openRedisConnection, RedisError } from '../clients/redis/connection.ts'
import { speaksTls } from '../clients/redis/handshake.ts'
import { readMetrics } from '../clients/redis/metrics.ts'
import { systemClock } from '../clients/runner/system-clock.ts'
import type { Credentials } from '../core/credentials.ts'
import type { KubernetesObject } from '../core/kubernetes/object.ts'
import { names } from '../core/kubernetes/workload.ts'
import { comparability } from '../core/redis/directives.ts'
import { knownValue } from '../core/rendered-cache/known.ts'
import { type RenderedCache, type RenderedRedis, selectingLabels } from '../core/rendered-cache/rendered-cache.ts'
import { formatDuration, quantityBytes } from '../core/units.ts'
import type { StoredService } from '../phases/apply/credentials.ts'
import { ChecksFailed, type ProbeResult, probe } from '../phases/probe/probe.ts'
import { addressOf } from '../phases/probe/probe-context.ts'
import { proveService } from '../phases/probe/service.ts'
import { lastLook, whileItServes } from '../phases/rollout/last-look.ts'
import { health, rollout } from '../phases/rollout/rollout.ts'
import type { ClusterSession } from './cluster-session.ts'
import { checkedInto, noteInto } from './findings.ts'
import type { Recover } from './inputs/deploy.ts'
import type { StepContext } from './step.ts'

/**
 * Waits until redis-0 runs what was applied, and deletes the blocking pod if enabled.
 * @returns the pod
 */
export async function rolloutPhase(
  cache: RenderedCache,
  recover: Recover,
  { namespace, cluster, deadline, role }: ClusterSession,
  { result, signal, log, phase }: StepContext
): Promise<KubernetesObject> {
  const toFailure = toFailureFor(role)
  let pod: KubernetesObject | undefined
  await phase('rollout', `pod ${names.pod}, at most ${formatDuration(deadline.remaining)}`, async () => {
    const start = systemClock.now()
    const note = noteInto(result, log)
    const neededLabels = selectingLabels(cache)
    const deps = { cluster, toFailure, neededLabels, clock: systemClock, date: () => new Date(), signal, log }
    const recovery = { deletePod: (pod: KubernetesObject) => cluster.delete(pod, namespace), note }
    const done = await rollout(namespace, deadline, deps, recover === 'none' ? undefined : recovery)
    pod = done.pod
    done.notes.forEach(note)
    result.revision = done.revision
    result.rolloutMilliseconds = Math.round(systemClock.now() - start)
    return `pod ${names.pod} is Ready at revision ${done.revision}`
  })
  return found(pod)
}

/** Judges the current state of redis-0, and returns it. */
export async function healthPhase(
  cache: RenderedCache,
  { namespace, cluster, role }: ClusterSession,
  { result, signal, log, phase }: StepContext
): Promise<KubernetesObject> {
  const toFailure = toFailureFor(role)
  let pod: KubernetesObject | undefined
  await phase('rollout', `pod ${names.pod} as it is now`, async () => {
    const neededLabels = selectingLabels(cache)
    const deps = { cluster, toFailure, neededLabels, clock: systemClock, date: () => new Date(), signal, log }
    const now = await health(namespace, deps)
    pod = now.pod
    now.notes.forEach(noteInto(result, log))
    result.revision = now.revision
    return `pod ${names.pod} is Ready at revision ${now.revision}`
  })
  return found(pod)
}

function found(pod: KubernetesObject | undefined): KubernetesObject {
  if (pod === undefined) throw new Error('the phase rollout ended without a pod')
  return pod
}

/**
 * Proves that the Service which the Secret names leads to redis-0 alone.
 * @param pod as the rollout ended with it
 */
export async function servicePhase(
  { service, port }: StoredService,
  pod: KubernetesObject,
  { namespace, cluster, deadline, role }: ClusterSession,
  { result, signal, log, phase }: StepContext
): Promise<void> {
  await phase('service', `Service/${service}, where it leads`, () =>
    proveService({ namespace, service, port, pod }, deadline, {
      cluster,
      toFailure: toFailureFor(role),
      checked: checkedInto(result),
      note: noteInto(result, log),
      clock: systemClock,
      signal,
      log
    })
  )
}

/**
 * Asks redis-0 something; where that fails because it is another pod by now, the failure says what became of it.
 * @param pod as the rollout ended with it
 */
export async function askWhileItServes(
  pod: KubernetesObject,
  { namespace, cluster, role }: ClusterSession,
  { signal }: StepContext,
  ask: () => Promise<void>
): Promise<void> {
  await whileItServes(pod, namespace, { cluster, toFailure: toFailureFor(role), signal }, ask)
}

/**
 * Looks at redis-0 once more after it was asked.
 * @param pod as the rollout ended with it
 */
export async function lastLookAt(
  pod: KubernetesObject,
  { namespace, cluster, role }: ClusterSession,
  { signal, log }: StepContext
): Promise<void> {
  await lastLook(pod, namespace, { cluster, toFailure: toFailureFor(role), signal })
  log(`pod ${names.pod} is still the one that was asked, and Ready`)
}

export interface ProbePhaseInputs {
  credentials: Credentials
  memoryThresholdPercent: number
  /** Whether a write is proven by one. */
  mayWrite: boolean
}

/**
 * Proves through a port-forward that Redis works as rendered.
 * @returns the run_id of this Redis, if it tells it
 */
export async function probePhase(
  { settings, setLive, storage, exporter, container, users }: RenderedRedis,
  { credentials, memoryThresholdPercent, mayWrite }: ProbePhaseInputs,
  { namespace, connection, cluster, deadline, role }: ClusterSession,
  { result, signal, log, phase }: StepContext
): Promise<string | undefined> {
  const note = noteInto(result, log)
  let runId: string | undefined
  const keep = ({ checks, notes, redisVersion, usedMemoryBytes, maxmemoryBytes }: ProbeResult) => {
    result.checks = [...(result.checks ?? []), ...checks]
    for (const sentence of notes) note(sentence)
    Object.assign(result, { redisVersion, usedMemoryBytes, maxmemoryBytes })
  }
  await phase('probe', `Redis in pod ${names.pod}, through a port-forward`, async () => {
    const read = knownValue(settings)
    const { config: expected, unresolved = [] } = read ?? {}
    const uncompared = unresolved.filter((name) => comparability(name) === 'compared')
    if (uncompared.length > 0)
      note(`Not compared, because arguments of redis-server set it by a variable: ${uncompared.join(', ')}.`)
    if (!settings.known) note(`The settings of Redis were not compared with redis.conf: ${settings.because}.`)
    const hasExporter = exporter !== undefined
    if (!hasExporter) log(`no container ${names.exporterContainer} was rendered: metrics are not checked`)
    const { username, database } = addressOf(credentials)
    const limit = quantityBytes(container?.memoryLimit ?? '')
    try {
      const probed = await probe(
        {
          namespace,
          login: { username, database, password: credentials.password },
          mayWrite,
          expected,
          unresolved,
          overridden: read?.overridden,
          byCommand: read?.byCommand,
          missingIncludes: read?.missingIncludes,
          setLive,
          dataDirectory: knownValue(storage.dataDirectory)?.path,
          memoryThresholdPercent,
          users,
          memoryLimitBytes: limit === undefined ? undefined : Number(limit),
          exporter: hasExporter
        },
        deadline,
        {
          cluster,
          toFailure: toFailureFor(role),
          openTunnel: (port) => openPortForward(connection, namespace, names.pod, port),
          openRedis: openRedisConnection,
          speaksTls,
          readMetrics,
          isReply: (error, ...codes) => error instanceof RedisError && codes.includes(error.code),
          clock: systemClock,
          signal,
          log
        }
      )
      keep(probed)
      runId = probed.runId
      return `${probed.checks.length} checks passed`
    } catch (error) {
      if (error instanceof ChecksFailed) keep(error.result)
      throw error
    }
  })
  return runId
}
