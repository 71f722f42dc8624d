import { afterUpdate } from '../fields/managed-fields.ts'
import { equal, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import { type KubernetesObject, timestamp } from '../object.ts'
import type { Operations } from '../operations.ts'
import type { ClusterContext } from './cluster-context.ts'
import { doneStatus, failedStatus, isDue } from './external-secret-status.ts'
import { isIntact, secretFor, targetOf } from './external-secret-target.ts'
import { RemoteSecrets } from './remote-secrets.ts'
import { OutcomeQueue } from './sync-outcome.ts'

const FINALIZER = 'externalsecrets.external-secrets.io/externalsecret-cleanup'

/** How long a change takes to reach the controller. */
const RECONCILE_MS = 10

/**
 * The External Secrets Operator 0.20 as far as visible in its ExternalSecrets: without stores, and with one provider.
 */
export class ExternalSecretController {
  readonly remote = new RemoteSecrets()
  readonly outcomes = new OutcomeQueue()
  readonly #context: ClusterContext
  readonly #operations: Operations
  readonly #queued = new Set<string>()
  #running = true

  constructor(context: ClusterContext, operations: Operations) {
    this.#context = context
    this.#operations = operations
    context.store.onChange(({ object: { kind, metadata } }) => {
      if (kind === 'ExternalSecret') this.#enqueue(metadata.namespace, metadata.name, RECONCILE_MS)
      if (kind === 'Secret') this.#enqueueAll(metadata.name)
    })
  }

  stop(): void {
    this.#running = false
  }

  start(): void {
    this.#running = true
    this.#enqueueAll()
  }

  /** Those that write this Secret, or all. */
  #enqueueAll(secret?: string): void {
    for (const object of this.#context.store.list('ExternalSecret')) {
      if (secret === undefined || targetOf(object) === secret) {
        this.#enqueue(object.metadata.namespace, object.metadata.name, RECONCILE_MS)
      }
    }
  }

  #enqueue(namespace: string | undefined, name: string, delayMs: number): void {
    const key = `${namespace}/${name}`
    if (this.#queued.has(key)) return
    this.#queued.add(key)
    this.#context.timers.after(delayMs, () => {
      this.#queued.delete(key)
      const object = this.#context.store.get('ExternalSecret', namespace, name)
      if (object !== undefined && object.metadata.deletionTimestamp === undefined && this.#running) this.#sync(object)
    })
  }

  #sync(stored: KubernetesObject): void {
    const object = this.#adopt(stored)
    if (!isDue(object) && this.#isIntact(object)) return
    const outcome = this.outcomes.next()
    if (outcome.kind === 'ready') {
      this.#setStatus(object, doneStatus(object, outcome.reason, outcome.message, undefined))
      return
    }
    try {
      if (outcome.kind === 'failed') throw new Error(outcome.message)
      const isWritten = this.#write(object, this.remote.valuesFor(object))
      const isMissing = !isWritten && textAt(object, 'spec', 'target', 'creationPolicy') === 'Merge'
      const [reason, message] = isMissing ? MISSING : SYNCED
      this.#setStatus(object, doneStatus(object, reason, message, isWritten ? targetOf(object) : undefined))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#context.events.record('external-secrets', object, { type: 'Warning', reason: 'UpdateFailed', message })
      this.#setStatus(object, failedStatus(object))
      this.#enqueue(object.metadata.namespace, object.metadata.name, this.#context.startMs)
    }
  }

  /**
   * Adds its finalizer by an update of the whole object, which writes the interval as Go does and thus owns it from
   * then on.
   */
  #adopt(object: KubernetesObject): KubernetesObject {
    const finalizers = listAt(object, 'metadata', 'finalizers')
    if (finalizers.includes(FINALIZER)) return object
    const spec = { ...objectAt(object, 'spec'), refreshInterval: goDuration(textAt(object, 'spec', 'refreshInterval')) }
    const metadata = { ...object.metadata, finalizers: [...finalizers, FINALIZER] }
    return this.#operations.put({ ...object, metadata, spec }, { manager: 'external-secrets' }).object
  }

  /** What is done without reading from the provider; an orphan is ignored. */
  #isIntact(object: KubernetesObject): boolean {
    return textAt(object, 'spec', 'target', 'creationPolicy') === 'Orphan' || isIntact(this.#secretOf(object))
  }

  /** Writes the Secret. @returns whether there is one to write */
  #write(object: KubernetesObject, values: Record<string, string>): boolean {
    const existing = this.#secretOf(object)
    const secret = secretFor(object, existing, values)
    if (secret === undefined) return false
    this.#operations.put(secret, { manager: `externalsecrets.external-secrets.io/${object.metadata.name}` })
    if (equal(existing?.['data'], secret['data'])) return true
    const [reason, message] = existing === undefined ? ['Created', 'secret created'] : ['Updated', 'secret updated']
    this.#context.events.record('external-secrets', object, { reason, message })
    return true
  }

  #secretOf(object: KubernetesObject): KubernetesObject | undefined {
    return this.#context.store.get('Secret', object.metadata.namespace, targetOf(object))
  }

  #setStatus(object: KubernetesObject, status: JsonObject): void {
    if (equal(object['status'], status)) return
    const next: KubernetesObject = { ...object, status }
    next.metadata.managedFields = afterUpdate(object, next, {
      manager: 'external-secrets',
      apiVersion: object.apiVersion,
      time: timestamp(),
      subresource: 'status'
    })
    this.#context.store.write(next)
  }
}

const SYNCED = ['SecretSynced', 'secret synced'] as const
const MISSING = ['SecretMissing', 'secret will not be created due to CreationPolicy=Merge'] as const

/** A duration of whole hours, minutes and seconds in Go notation: `1h` becomes `1h0m0s`. */
function goDuration(text: string): string {
  const part = (unit: string) => Number(new RegExp(`(\\d+)${unit}`).exec(text)?.[1] ?? 0)
  const [hours, minutes, seconds] = [part('h'), part('m'), part('s')]
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}
