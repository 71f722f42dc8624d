import { Failure, type FailureCode } from '../failure.ts'
import { at, type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { type Answer, isComplete, readAnswers } from './answers.ts'
import { asking } from './asking.ts'
import { eventsHint, probeContainer, probeStatus } from './pod.ts'
import type { PodPorts } from './ports.ts'

/** For how long the log of a container that has ended may be missing or cut. */
const patienceMilliseconds = 3_000
const interval = 200
const limits = { tailLines: 200, limitBytes: 512 * 1024 }

/** The answers in the log of a pod that has ended. @param code that of a failure which is the pod's own */
export async function readLog(
  pod: KubernetesObject,
  namespace: string,
  code: FailureCode,
  ports: PodPorts
): Promise<ReadonlyMap<string, Answer>> {
  const { cluster, clock, signal } = ports
  const end = clock.now() + patienceMilliseconds
  for (;;) {
    const log = await asking('read the log of', pod, namespace, ports, () =>
      cluster.readLog(namespace, pod.metadata.name, probeContainer, false, limits)
    )
    const answers = readAnswers(log)
    if (isComplete(answers)) return answers
    if (clock.now() >= end) throw speechless(pod, namespace, code, log)
    await clock.sleep(interval, signal)
  }
}

function speechless(pod: KubernetesObject, namespace: string, code: FailureCode, log: string): Failure {
  const { name } = pod.metadata
  const ended = at(probeStatus(pod), 'state', 'terminated')
  return new Failure(
    code,
    `pod ${name} ended before it had told what it saw: ${textAt(ended, 'reason')}, exit code ${textAt(ended, 'exitCode')}`,
    `set redis-image to an image of Redis that has a shell and redis-cli, or ${eventsHint(pod, namespace)}`,
    log.trim() === '' ? [] : [{ title: `Log of pod ${name}`, text: log.slice(-4_000) }]
  )
}
