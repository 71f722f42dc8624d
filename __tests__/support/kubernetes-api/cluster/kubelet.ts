import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import { type KubernetesObject, timestamp } from '../object.ts'
import type { ClusterContext } from './cluster-context.ts'
import { ContainerScript } from './container-script.ts'
import { NODE } from './event-recorder.ts'
import type { PodBehaviour } from './pod-behaviour.ts'
import { PodHandle } from './pod-handle.ts'
import { PodLogs } from './pod-logs.ts'
import { mountProblem } from './pod-references.ts'
import { conditions, names, podStatus } from './pod-status.ts'

const UNSCHEDULABLE =
  '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: ' +
  '1 Preemption is not helpful for scheduling.'
const VOLUME_PENDING = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'

/** Scheduler and kubelet in one: runs the script of every pod, and ends it. */
export class Kubelet {
  readonly logs = new PodLogs()
  readonly #context: ClusterContext
  readonly #running = new Map<string, AbortController>()

  constructor(context: ClusterContext) {
    this.#context = context
    context.store.onChange(({ type, object }) => {
      if (object.kind !== 'Pod') return
      if (type === 'DELETED') this.#stop(object)
      else if (object.metadata.deletionTimestamp !== undefined) this.#terminate(object)
    })
  }

  start(pod: KubernetesObject, behaviour: PodBehaviour): void {
    const { uid = '' } = pod.metadata
    const stopping = new AbortController()
    this.#running.set(uid, stopping)
    const signal = AbortSignal.any([stopping.signal, this.#context.timers.closing])
    const handle = new PodHandle(this.#context, pod, signal)
    this.#context.timers.background(() => this.#lead(handle, behaviour), signal)
  }

  async #lead(pod: PodHandle, behaviour: PodBehaviour): Promise<void> {
    const { startMs } = this.#context
    await sleep(0, undefined, { signal: pod.signal })
    if (!this.#schedule(pod, behaviour)) return
    pod.draw(false)
    await sleep(startMs / 3, undefined, { signal: pod.signal })
    for (;;) {
      const problem = mountProblem(pod.current(), this.#context.store)
      if (problem === undefined) break
      pod.event({ type: 'Warning', reason: 'FailedMount', message: problem })
      await sleep(startMs, undefined, { signal: pod.signal })
    }
    pod.draw(true)
    await sleep(startMs / 3, undefined, { signal: pod.signal })
    const scripted = 'container' in behaviour ? behaviour.container : undefined
    const target = scripted ?? pod.containers[0]
    await Promise.all(
      pod.containers.map((name) => {
        const own: PodBehaviour = name === target || behaviour.kind === 'ready' ? behaviour : { kind: 'ready' }
        return new ContainerScript(this.#context, pod, name, this.logs).run(own)
      })
    )
  }

  #schedule(pod: PodHandle, behaviour: PodBehaviour): boolean {
    const { events } = this.#context
    const current = pod.current()
    if (behaviour.kind !== 'unschedulable' && behaviour.kind !== 'volume-pending') {
      pod.write({ spec: { ...objectAt(current, 'spec'), nodeName: NODE } })
      pod.write({
        status: { phase: 'Pending', conditions: conditions(current, [{ type: 'PodScheduled', status: 'True' }]) }
      })
      const { namespace, name } = current.metadata
      events.record('default-scheduler', current, {
        reason: 'Scheduled',
        message: `Successfully assigned ${namespace}/${name} to ${NODE}`
      })
      return true
    }
    const message = behaviour.message ?? (behaviour.kind === 'unschedulable' ? UNSCHEDULABLE : VOLUME_PENDING)
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }
    pod.write({ status: { phase: 'Pending', conditions: conditions(current, [condition]), qosClass: 'Burstable' } })
    events.record('default-scheduler', current, { type: 'Warning', reason: 'FailedScheduling', message })
    return false
  }

  #terminate(pod: KubernetesObject): void {
    if (!this.#stop(pod)) return
    const { store, events, timers, startMs } = this.#context
    for (const status of listAt(pod, 'status', 'containerStatuses')) {
      if (!isObject(objectAt(status, 'state')['running'])) continue
      const name = textAt(status, 'name')
      events.record('kubelet', pod, { reason: 'Killing', message: `Stopping container ${name}`, container: name })
    }
    const { namespace, name, uid } = pod.metadata
    timers.after(startMs / 2, () => {
      const current = store.get('Pod', namespace, name)
      if (current?.metadata.uid !== uid || current === undefined) return
      store.write({ ...current, status: { ...objectAt(current, 'status'), ...ended(current) } })
      store.delete('Pod', namespace, name)
    })
  }

  /** Ends the script of a pod; false if there was none. */
  #stop(pod: KubernetesObject): boolean {
    const { uid = '' } = pod.metadata
    const stopping = this.#running.get(uid)
    stopping?.abort()
    return this.#running.delete(uid)
  }
}

/** The last status of a pod that was asked to terminate: its running containers exited with 0. */
function ended(pod: KubernetesObject): JsonObject {
  const statuses = listAt(pod, 'status', 'containerStatuses').map((status) => {
    const { startedAt } = objectAt(status, 'state', 'running')
    const { containerID } = objectAt(status)
    const terminated = { exitCode: 0, reason: 'Completed', startedAt, finishedAt: timestamp(), containerID }
    const state = startedAt === undefined ? objectAt(status, 'state') : { terminated }
    return { ...objectAt(status), ready: false, started: false, state }
  })
  const picture = podStatus(pod, { sandbox: false, runs: new Map() })
  const isSuccess = statuses.length === names(pod).length && statuses.every((status) => exitCode(status) === 0)
  return { ...picture, phase: isSuccess ? 'Succeeded' : 'Failed', containerStatuses: statuses }
}

function exitCode(status: JsonObject): unknown {
  return objectAt(status, 'state', 'terminated')['exitCode']
}
