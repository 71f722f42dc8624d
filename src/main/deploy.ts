import { readFile } from 'node:fs/promises'
import { apply } from '../apply/apply.ts'
import { Deadline } from '../deadline.ts'
import { formatDuration } from '../duration.ts'
import { Failure } from '../failure.ts'
import { inputsFrom } from '../inputs.ts'
import { ApiClient } from '../kubernetes/client.ts'
import { Cluster } from '../kubernetes/cluster.ts'
import { type Connection, connect } from '../kubernetes/connection.ts'
import { toFailure } from '../kubernetes/failure.ts'
import { openTunnel } from '../kubernetes/tunnel.ts'
import { type ManifestDocument, parseManifest } from '../manifest.ts'
import { ChecksFailed, type ProbeResult, probe } from '../probe/probe.ts'
import { openRedisConnection, RedisError } from '../redis/connection.ts'
import { readMetrics } from '../redis/metrics.ts'
import { renderedRedisConfig } from '../redis-config.ts'
import type { ObjectResult } from '../result.ts'
import { rollout } from '../rollout/rollout.ts'
import { systemClock } from '../runner/clock.ts'
import { container, names, redisStatefulSet } from '../workload.ts'
import { type DeployInputs, readDeployInputs } from './deploy-inputs.ts'
import { type Program, runProgram } from './program.ts'

// Applies the manifest, waits for redis-0 and probes it; holds the kubeconfig.
await runProgram('deploy', async (program) => {
  const source = inputsFrom(process.env)
  // Masked before anything is said about the inputs, also if they are wrong.
  program.redaction.add(source('redis-password'))
  const inputs = readDeployInputs(source)
  const documents = parseManifest(await readFile(source('manifest'), 'utf8'))
  const statefulSet = redisStatefulSet(documents)
  if (statefulSet === undefined) throw managed()

  const deadline = new Deadline(systemClock, inputs.timeoutMilliseconds)
  const { kubeconfig, context } = inputs
  const connection = await connect({ kubeconfig, context, environment: process.env })
  for (const secret of connection.secrets) program.redaction.add(secret)
  const client = new ApiClient(connection, systemClock, program.signal, deadline)
  try {
    const cluster = new Cluster(client)
    const password = await applyPhase(documents, inputs, cluster, program)
    await rolloutPhase(inputs, cluster, deadline, program)
    await probePhase(documents, statefulSet, inputs, password, connection, cluster, deadline, program)
  } finally {
    client.close()
  }
})

async function applyPhase(
  documents: ManifestDocument[],
  inputs: DeployInputs,
  cluster: Cluster,
  { result, redaction, log, phase }: Program
): Promise<string> {
  let password = ''
  await phase('apply', `to namespace ${inputs.namespace} at ${cluster.server}`, async () => {
    const objects: ObjectResult[] = []
    result.objects = objects
    const credentials = await apply(documents, inputs, {
      cluster,
      toFailure,
      log,
      secret: (value) => redaction.add(value),
      applied: (object) => void objects.push(object)
    })
    password = credentials.password
    const counts = (['created', 'configured', 'unchanged'] as const)
      .map((change) => ({ change, count: objects.filter((object) => object.change === change).length }))
      .filter(({ count }) => count > 0)
    return counts.map(({ change, count }) => `${count} ${change}`).join(', ')
  })
  return password
}

async function rolloutPhase(
  { namespace }: DeployInputs,
  cluster: Cluster,
  deadline: Deadline,
  { result, signal, log, phase }: Program
): Promise<void> {
  await phase('rollout', `pod ${names.pod}, at most ${formatDuration(deadline.remaining)}`, async () => {
    const start = systemClock.now()
    const revision = await rollout(namespace, deadline, { cluster, toFailure, clock: systemClock, signal, log })
    result.revision = revision
    result.rolloutMilliseconds = Math.round(systemClock.now() - start)
    return `pod ${names.pod} is Ready at revision ${revision}`
  })
}

async function probePhase(
  documents: ManifestDocument[],
  statefulSet: ManifestDocument,
  inputs: DeployInputs,
  password: string,
  connection: Connection,
  cluster: Cluster,
  deadline: Deadline,
  { result, signal, log, phase }: Program
): Promise<void> {
  const { namespace, memoryThresholdPercent } = inputs
  const keep = ({ checks, redisVersion, usedMemoryBytes, maxmemoryBytes }: ProbeResult) => {
    Object.assign(result, { checks, redisVersion, usedMemoryBytes, maxmemoryBytes, memoryThresholdPercent })
  }
  await phase('probe', `Redis in pod ${names.pod}, through a port-forward`, async () => {
    const expected = renderedRedisConfig(documents)
    if (expected === undefined) log('no ConfigMap with a redis.conf was rendered: settings are not compared')
    const exporter = container(statefulSet, names.exporterContainer) !== undefined
    if (!exporter) log(`no container ${names.exporterContainer} was rendered: metrics are not checked`)
    try {
      const probed = await probe({ namespace, password, expected, memoryThresholdPercent, exporter }, deadline, {
        cluster,
        openTunnel: (port) => openTunnel(connection, namespace, names.pod, port),
        openRedis: openRedisConnection,
        readMetrics,
        isReply: (error, ...codes) => error instanceof RedisError && codes.includes(error.code),
        clock: systemClock,
        signal,
        log
      })
      keep(probed)
      return `${probed.checks.length} checks passed`
    } catch (error) {
      if (error instanceof ChecksFailed) keep(error.result)
      throw error
    }
  })
}

function managed(): Failure {
  return new Failure(
    'invalid-input',
    `the manifests render no StatefulSet ${names.statefulSet}: this version deploys the self-hosted topology only`,
    'use environment: development or staging, or manifests with a StatefulSet redis'
  )
}
