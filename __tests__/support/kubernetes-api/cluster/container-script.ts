import { setTimeout as sleep } from 'node:timers/promises'
import { type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import type { ClusterContext } from './cluster-context.ts'
import { type PodBehaviour, pullError } from './pod-behaviour.ts'
import type { PodHandle } from './pod-handle.ts'
import type { PodLogs } from './pod-logs.ts'
import { environmentProblem } from './pod-references.ts'
import { type ContainerRun, running, terminated, waiting } from './pod-status.ts'

type Of<Kind extends PodBehaviour['kind']> = Extract<PodBehaviour, { kind: Kind }>

/** Runs one container of a pod through its behaviour, with the states and events of a kubelet. */
export class ContainerScript {
  readonly #context: ClusterContext
  readonly #pod: PodHandle
  readonly #name: string
  readonly #spec: JsonObject
  readonly #logs: PodLogs

  constructor(context: ClusterContext, pod: PodHandle, name: string, logs: PodLogs) {
    this.#context = context
    this.#pod = pod
    this.#name = name
    this.#logs = logs
    const containers = listAt(pod.current(), 'spec', 'containers')
    this.#spec = objectAt(containers.find((item) => textAt(item, 'name') === name))
  }

  async run(behaviour: PodBehaviour): Promise<void> {
    if (behaviour.kind === 'image-missing' || behaviour.kind === 'image-denied') return this.#pullFails(behaviour)
    const image = this.#spec['image']
    this.#event('Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`)
    await this.#environment(behaviour)
    if ('log' in behaviour) this.#logs.set(this.#pod.current(), this.#name, behaviour)
    this.#started()
    switch (behaviour.kind) {
      case 'crash-loop':
        return this.#crashes(behaviour.exitCode ?? 1, 'Error', behaviour.terminationMessage)
      case 'oom-killed':
        return this.#crashes(137, 'OOMKilled')
      case 'never-ready':
        return this.#neverReady(behaviour)
      case 'ends':
        return this.#ends(behaviour)
      default:
        this.#set(running(!this.#isProbed()))
        await this.#sleep(this.#context.startMs / 3)
        this.#set(running(true))
    }
  }

  async #pullFails({
    kind,
    message = pullError(textAt(this.#spec, 'image'), kind)
  }: Of<'image-missing' | 'image-denied'>) {
    const image = this.#spec['image']
    for (;;) {
      this.#event('Pulling', `Pulling image "${image}"`)
      this.#event('Failed', `Failed to pull image "${image}": ${message}`, 'Warning')
      this.#event('Failed', 'Error: ErrImagePull', 'Warning')
      this.#set(waiting('ErrImagePull', message))
      await this.#sleep(this.#context.startMs)
      this.#event('BackOff', `Back-off pulling image "${image}"`)
      this.#event('Failed', 'Error: ImagePullBackOff', 'Warning')
      this.#set(waiting('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`))
      await this.#sleep(20 * this.#context.startMs)
    }
  }

  /** Waits until the environment can be created, which never happens for a scripted config-error. */
  async #environment(behaviour: PodBehaviour): Promise<void> {
    const scripted = behaviour.kind === 'config-error' ? (behaviour.message ?? 'secret "missing" not found') : undefined
    for (;;) {
      const problem = scripted ?? environmentProblem(this.#pod.current(), this.#context.store, this.#spec)
      if (problem === undefined) return
      this.#event('Failed', `Error: ${problem}`, 'Warning')
      this.#set(waiting('CreateContainerConfigError', problem))
      await this.#sleep(this.#context.startMs)
    }
  }

  /** Exits at once, is restarted at once, and from then on after a back-off. */
  async #crashes(exitCode: number, reason: string, message?: string): Promise<void> {
    let before: Pick<ContainerRun, 'lastState' | 'restartCount'> = {}
    for (let restartCount = 0; ; restartCount++) {
      this.#set(running(!this.#isProbed(), { ...before, restartCount }))
      await this.#sleep(this.#context.startMs / 3)
      const state = terminated(exitCode, reason, message)
      this.#set({ ...before, state, restartCount })
      before = { lastState: state, restartCount }
      if (restartCount > 0) await this.#backsOff(restartCount, before)
      this.#started()
    }
  }

  async #backsOff(restartCount: number, before: Pick<ContainerRun, 'lastState' | 'restartCount'>): Promise<void> {
    const { namespace, name, uid } = this.#pod.current().metadata
    const pod = `${name}_${namespace}(${uid})`
    this.#event('BackOff', `Back-off restarting failed container ${this.#name} in pod ${pod}`, 'Warning')
    const seconds = Math.min(10 * 2 ** (restartCount - 1), 300)
    const duration = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
    const message = `back-off ${duration} restarting failed container=${this.#name} pod=${pod}`
    this.#set({ ...waiting('CrashLoopBackOff', message), ...before })
    await this.#sleep(this.#context.startMs * 5 * restartCount)
  }

  async #ends({ run }: Of<'ends'>): Promise<void> {
    this.#set(running(!this.#isProbed()))
    const { exitCode, log } = await run(this.#pod.current())
    this.#logs.set(this.#pod.current(), this.#name, { log })
    this.#set({ state: terminated(exitCode, exitCode === 0 ? 'Completed' : 'Error') })
  }

  async #neverReady({ probe = 'Startup', output = 'no' }: Of<'never-ready'>): Promise<void> {
    this.#set({ ...running(false), started: probe === 'Readiness' })
    for (;;) {
      await this.#sleep(this.#context.startMs)
      this.#event('Unhealthy', `${probe} probe failed: ${output}\n`, 'Warning')
    }
  }

  #started(): void {
    this.#event('Created', 'Container created')
    this.#event('Started', 'Container started')
  }

  /** A container without a probe counts as ready as soon as it runs. */
  #isProbed(): boolean {
    return this.#spec['startupProbe'] !== undefined || this.#spec['readinessProbe'] !== undefined
  }

  #set(run: ContainerRun): void {
    this.#pod.setRun(this.#name, run)
  }

  #event(reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal'): void {
    this.#pod.event({ reason, message, type, container: this.#name })
  }

  #sleep(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.#pod.signal })
  }
}
