import { setTimeout as sleep } from 'node:timers/promises'
import { ApiClient } from '../../src/clients/kubernetes/client.ts'
import { Cluster } from '../../src/clients/kubernetes/cluster.ts'
import { connect } from '../../src/clients/kubernetes/connection.ts'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { UnknownKind } from '../../src/clients/kubernetes/resources.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Credentials } from '../../src/core/credentials.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { foreignMetadataNote } from '../../src/core/drift/foreign-metadata.ts'
import { combinedFailure, type Failure } from '../../src/core/failure.ts'
import { objectId } from '../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import { renderedCache } from '../../src/core/rendered-cache/rendered-cache.ts'
import type { ObjectResult } from '../../src/core/result.ts'
import { writeTrial } from '../../src/phases/apply/apply.ts'
import type { ApplyDeps, ApplyInputs, ObjectStates } from '../../src/phases/apply/deps.ts'
import { outlookOf, statesOf } from '../../src/phases/apply/outlook.ts'
import { tryAll } from '../../src/phases/apply/trial.ts'
import { triedOf } from '../../src/phases/plan/plan.ts'
import { expectNoSecret } from '../support/captured.ts'
import type { KubernetesApi } from '../support/kubernetes-api/server.ts'
import { ended, wordsOf } from './outcome.ts'
import { namespace } from './rendering.ts'

/**
 * Time of which waiting takes the `speed`th part, for tolerances and patience that nobody wants to sit through. Work takes
 * the time that it takes, and whoever waits wakes on time, so that a busy machine ages nothing `speed` times as fast.
 */
export class FastClock implements Clock {
  /** Every wait that was asked for, in milliseconds. */
  readonly sleeps: number[] = []
  readonly #speed: number
  /** When those who wait will wake. */
  readonly #wakes = new Set<{ readonly at: number }>()
  #time = performance.now()
  /** When that was, in real time. */
  #read = this.#time

  constructor(speed: number) {
    this.#speed = speed
  }

  now(): number {
    const real = performance.now()
    const pace = this.#wakes.size > 0 ? this.#speed : 1
    const time = this.#time + (real - this.#read) * pace
    this.#time = Math.max(this.#time, Math.min(time, ...[...this.#wakes].map(({ at }) => at)))
    this.#read = real
    return this.#time
  }

  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(milliseconds)
    signal.throwIfAborted()
    const wake = { at: this.now() + milliseconds }
    this.#wakes.add(wake)
    try {
      await sleep(milliseconds / this.#speed, undefined, { signal })
      this.#time = Math.max(this.#time, wake.at)
    } catch {
      signal.throwIfAborted()
    } finally {
      this.now()
      this.#wakes.delete(wake)
    }
  }
}

/** A way into a cluster as the deploy program has it. */
export interface Access extends Disposable {
  readonly client: ApiClient
  readonly cluster: Cluster
  /** Cancels the run. */
  readonly cancel: AbortController
  readonly clock: FastClock
  /** What is masked of the kubeconfig. */
  readonly secrets: readonly string[]
}

/** @param milliseconds the timeout of the run, in the time of its clock */
export async function accessTo(
  { kubeconfig }: Pick<KubernetesApi, 'kubeconfig'>,
  speed = 20,
  milliseconds = 600_000
): Promise<Access> {
  const clock = new FastClock(speed)
  const cancel = new AbortController()
  const deadline = new Deadline(clock, milliseconds)
  const source = { kubeconfig, context: undefined, environment: {} }
  const secrets: string[] = []
  const mask = (secret: string) => void secrets.push(secret)
  const connection = await connect(source, { clock, deadline, signal: cancel.signal, log: () => {}, mask })
  const client = new ApiClient(connection, clock, cancel.signal, deadline)
  return { client, cluster: new Cluster(client), cancel, clock, secrets, [Symbol.dispose]: () => client.close() }
}

export interface ApplyRun {
  readonly credentials: Credentials | undefined
  readonly failure: Failure | undefined
  readonly log: string[]
  readonly notes: string[]
  readonly objects: ObjectResult[]
  /** What each object came to, by its id. */
  readonly changes: Record<string, string>
}

/**
 * Plans documents and, unless it is a dry run, writes them; no secret may stand in anything that is said meanwhile,
 * whether a runner would mask it or not.
 * @param onAccepted is called between the plan and the first write
 */
export async function applying(
  { cluster, clock, cancel, secrets: known }: Access,
  documents: readonly ManifestDocument[],
  { dryRun = false, ...some }: Partial<ApplyInputs> & { dryRun?: boolean } = {},
  onApplied: ApplyDeps['applied'] = () => {},
  onAccepted: (states: readonly ObjectStates[]) => Promise<void> = async () => {}
): Promise<ApplyRun> {
  const log: string[] = []
  const notes: string[] = []
  const objects: ObjectResult[] = []
  const secrets: string[] = [...known]
  const inputs = { namespace, createNamespace: false, redisPassword: undefined, forceConflicts: false, ...some }
  const deps: ApplyDeps = {
    cluster,
    toFailure,
    clock,
    signal: cancel.signal,
    secret: (value) => void secrets.push(value),
    log: (line) => void log.push(line),
    isUnknownKind: (error) => error instanceof UnknownKind,
    applied(object, states) {
      objects.push(object)
      onApplied(object, states)
    }
  }
  const { result: credentials, failure } = await ended(planThenWrite())
  async function planThenWrite(): Promise<Credentials | undefined> {
    const trial = await tryAll(renderedCache(documents), inputs, deps)
    const outlook = outlookOf(trial, inputs, deps.isUnknownKind)
    const { accepted, refused, premature } = outlook
    for (const { wanted, after } of accepted.map(triedOf))
      notes.push(...[foreignMetadataNote(wanted, after) ?? []].flat())
    if (dryRun) {
      for (const each of accepted) {
        const { wanted, before, after, change, note } = triedOf(each)
        deps.applied({ id: objectId(wanted), change, ...(note !== undefined && { note }) }, { wanted, before, after })
      }
    }
    const final = dryRun ? [...refused, ...premature] : refused
    if (final.length > 0) throw combinedFailure(final.map((each) => each.failure))
    if (dryRun) return trial.credentials
    await onAccepted(statesOf(outlook))
    return writeTrial(trial, inputs, deps)
  }
  const said = [...log, ...notes, JSON.stringify(objects), failure === undefined ? '' : wordsOf(failure)]
  expectNoSecret(said.join('\n'), secrets)
  const changes = Object.fromEntries(objects.map(({ id, change }) => [id, change]))
  return { credentials, failure, log, notes, objects, changes }
}
