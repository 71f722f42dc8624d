import type { Deadline } from '../deadline.ts'
import { type FailureCode, messageOf } from '../failure.ts'
import { type KubernetesObject, objectId } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import type { Answer } from './answers.ts'
import { followPod } from './follow.ts'
import { readLog } from './log.ts'
import { placePod } from './place.ts'
import { atOnce, runAnnotation } from './pod.ts'
import type { PodPorts } from './ports.ts'

/**
 * Lets a pod ask, and removes it, whatever happens meanwhile.
 * @param code that of a failure which is the pod's own
 * @returns its answers
 */
export async function runPod(
  pod: KubernetesObject,
  namespace: string,
  code: FailureCode,
  deadline: Deadline,
  ports: PodPorts
): Promise<ReadonlyMap<string, Answer>> {
  let answers: ReadonlyMap<string, Answer>
  try {
    const placed = await placePod(pod, namespace, deadline, ports)
    const ended = await followPod(placed, namespace, code, deadline, ports)
    answers = await readLog(ended, namespace, code, ports)
  } catch (error) {
    await removePod(pod, namespace, ports).catch((second: unknown) => {
      // What went wrong first is what the run is about.
      ports.log(`${objectId(pod)} may still be there: ${harmlessLine(messageOf(second))}`)
    })
    throw error
  }
  await removePod(pod, namespace, ports).catch((error: unknown) => {
    throw ports.toFailure(error, { verb: 'delete', object: objectId(pod), namespace })
  })
  return answers
}

/** Removes the pod of this run, and not that of another which has the same name. */
async function removePod(pod: KubernetesObject, namespace: string, { cleaning }: PodPorts): Promise<void> {
  // It is looked for by its name: a cancelled create may have been heard all the same.
  const stored = await cleaning.read(pod, namespace)
  if (stored?.metadata.annotations?.[runAnnotation] !== pod.metadata.annotations?.[runAnnotation]) return
  if (stored !== undefined) await cleaning.delete(stored, namespace, atOnce)
}
