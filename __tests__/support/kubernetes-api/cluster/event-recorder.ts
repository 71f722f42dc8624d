import { at, type JsonObject } from '../json.ts'
import { type KubernetesObject, timestamp } from '../object.ts'
import type { ObjectStore } from '../store.ts'

export interface Occurrence {
  readonly reason: string
  readonly message: string
  readonly type?: 'Normal' | 'Warning'
  readonly container?: string
}

type Component =
  | 'kubelet'
  | 'default-scheduler'
  | 'statefulset-controller'
  | 'persistentvolume-controller'
  | 'external-secrets'

export const NODE = 'node-1'

/** Writes Events like the components of a cluster; a repeated one only counts up. */
export class EventRecorder {
  readonly #store: ObjectStore
  #count = 0

  constructor(store: ObjectStore) {
    this.#store = store
  }

  record(component: Component, involved: KubernetesObject, { type = 'Normal', ...occurrence }: Occurrence): void {
    const { namespace = 'default', name, uid, resourceVersion } = involved.metadata
    const involvedObject: JsonObject = {
      kind: involved.kind,
      namespace,
      name,
      uid,
      apiVersion: involved.apiVersion,
      resourceVersion,
      ...(occurrence.container === undefined ? {} : { fieldPath: `spec.containers{${occurrence.container}}` })
    }
    const { reason, message } = occurrence
    const same = this.#store
      .list('Event', namespace)
      .find(
        (event) =>
          event['reason'] === reason && event['message'] === message && uid === at(event, 'involvedObject', 'uid')
      )
    const now = timestamp()
    if (same !== undefined && typeof same['count'] === 'number') {
      this.#store.write({ ...same, count: same['count'] + 1, lastTimestamp: now })
      return
    }
    if (same !== undefined) return
    this.#count += 1
    const suffix = (0x18ea94964c2ff000n + BigInt(this.#count)).toString(16)
    this.#store.write({
      kind: 'Event',
      apiVersion: 'v1',
      metadata: { name: `${name}.${suffix}`, namespace },
      involvedObject,
      reason,
      message,
      type,
      ...(component === 'default-scheduler' ? schedulerFields(reason) : countedFields(component, now))
    })
  }
}

/** The scheduler writes through events.k8s.io/v1: a time in microseconds, without count and source. */
function schedulerFields(reason: string): JsonObject {
  return {
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    action: reason === 'Scheduled' ? 'Binding' : 'Scheduling',
    reportingComponent: 'default-scheduler',
    reportingInstance: 'default-scheduler-control-plane'
  }
}

function countedFields(component: Component, now: string): JsonObject {
  const host = component === 'kubelet' ? NODE : undefined
  return {
    source: { component, ...(host === undefined ? {} : { host }) },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? ''
  }
}
