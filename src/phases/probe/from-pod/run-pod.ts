import type { Deadline } from '../../../core/deadline.ts'
import { Failure, type FailureCode, messageOf } from '../../../core/failure.ts'
import { at, type KubernetesObject, objectId, textAt } from '../../../core/kubernetes/object.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import type { PodDeps } from '../deps.ts'
import { podApiCall } from './api-call.ts'
import { createPod } from './create-pod.ts'
import { isComplete, type ProbeAnswer, readAnswers } from './output.ts'
import { eventsHint, probeContainer, probeStatus } from './pod-manifest.ts'
import { removePod } from './remove-pod.ts'
import { waitForPod } from './wait-for-pod.ts'

/**
 * Runs a probe pod, and removes it in any case.
 * @param code of a failure of the pod itself
 * @returns its answers
 */
export async function runPod(
  pod: KubernetesObject,
  namespace: string,
  code: FailureCode,
  deadline: Deadline,
  deps: PodDeps
): Promise<ReadonlyMap<string, ProbeAnswer>> {
  let answers: ReadonlyMap<string, ProbeAnswer>
  try {
    const placed = await createPod(pod, namespace, deadline, deps)
    const ended = await waitForPod(placed, namespace, code, deadline, deps)
    answers = await readLog(ended, namespace, code, deps)
  } catch (error) {
    await removePod(pod, namespace, deps).catch((second: unknown) => {
      // The first error is the one to report.
      deps.log(`${objectId(pod)} may still be there: ${sanitizeLine(messageOf(second))}`)
    })
    throw error
  }
  await removePod(pod, namespace, deps).catch((error: unknown) => {
    throw deps.toFailure(error, { verb: 'delete', object: objectId(pod), namespace })
  })
  return answers
}

/** For how long the log of a container that has ended may be missing or cut. */
const logToleranceMilliseconds = 3_000
const interval = 200
const limits = { tailLines: 200, limitBytes: 512 * 1024 }

/** The answers in the log of a pod that has ended. @param code of a failure of the pod itself */
async function readLog(
  pod: KubernetesObject,
  namespace: string,
  code: FailureCode,
  deps: PodDeps
): Promise<ReadonlyMap<string, ProbeAnswer>> {
  const { cluster, clock, signal } = deps
  const end = clock.now() + logToleranceMilliseconds
  for (;;) {
    const log = await podApiCall('read the log of', pod, namespace, deps, () =>
      cluster.readLog(namespace, pod.metadata.name, probeContainer, false, limits)
    )
    const answers = readAnswers(log)
    if (isComplete(answers)) return answers
    if (clock.now() >= end) throw incompleteLogFailure(pod, namespace, code, log)
    await clock.sleep(interval, signal)
  }
}

function incompleteLogFailure(pod: KubernetesObject, namespace: string, code: FailureCode, log: string): Failure {
  const { name } = pod.metadata
  const ended = at(probeStatus(pod), 'state', 'terminated')
  return new Failure(
    code,
    `pod ${name} ended before reporting its results: ${textAt(ended, 'reason')}, exit code ${textAt(ended, 'exitCode')}`,
    `set redis-image to an image of Redis that has a shell and redis-cli, or ${eventsHint(pod, namespace)}`,
    log.trim() === '' ? [] : [{ title: `Log of pod ${name}`, text: log.slice(-4_000) }]
  )
}
