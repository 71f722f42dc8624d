import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { at, type Json, type JsonObject, listAt, textAt } from '../json.ts'
import { type ApplyClient, type Manifest, service, statefulSet } from './apply-client.ts'

/** A real cluster starts programs and runs probes. */
const LIMIT_MS = 60_000

const LABEL = 'kubernetes.io/service-name'

/** Reads until a condition holds; fails with the last state read. */
async function until(
  client: ApplyClient,
  manifest: Manifest,
  condition: (object: JsonObject) => boolean
): Promise<JsonObject> {
  const deadline = Date.now() + LIMIT_MS
  for (;;) {
    const object = await client.get(manifest)
    if (condition(object)) return object
    if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(object['status'])}`)
    await sleep(25)
  }
}

function isRolledOut(object: JsonObject): boolean {
  const { observedGeneration, readyReplicas, updatedReplicas, currentRevision, updateRevision } = status(object)
  return (
    observedGeneration === at(object, 'metadata', 'generation') &&
    readyReplicas === 1 &&
    updatedReplicas === 1 &&
    currentRevision === updateRevision
  )
}

function status(object: JsonObject): Record<string, Json | undefined> {
  const value = object['status']
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

function podOf(manifest: Manifest): Manifest {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${manifest.metadata.name}-0` } }
}

const FAILING = { startupProbe: { exec: { command: ['sh', '-c', 'exit 1'] }, periodSeconds: 1, failureThreshold: 300 } }

/** The effects of the controller on a set. */
export function rolloutCases(client: () => ApplyClient): void {
  test(
    'a pod becomes Ready, and a changed template replaces it',
    async () => {
      client().connection.script?.('ready')
      const manifest = statefulSet('rolling', { replicas: 1 })
      await client().apply(manifest)
      const first = await until(client(), manifest, isRolledOut)
      expect(first['status']).toEqual({
        observedGeneration: 1,
        replicas: 1,
        readyReplicas: 1,
        currentReplicas: 1,
        updatedReplicas: 1,
        availableReplicas: 1,
        currentRevision: expect.stringMatching(/^rolling-[bcdfghjklmnpqrstvwxz2456789]+$/),
        updateRevision: textAt(first, 'status', 'currentRevision'),
        collisionCount: 0
      })
      const pod = await client().get(podOf(manifest))
      expect(pod['metadata']).toMatchObject({
        labels: {
          app: 'rolling',
          'apps.kubernetes.io/pod-index': '0',
          'controller-revision-hash': textAt(first, 'status', 'currentRevision'),
          'statefulset.kubernetes.io/pod-name': 'rolling-0'
        },
        ownerReferences: [{ kind: 'StatefulSet', name: 'rolling', uid: at(first, 'metadata', 'uid'), controller: true }]
      })
      expect(pod['status']).toMatchObject({
        phase: 'Running',
        containerStatuses: [{ name: 'redis', ready: true, started: true, restartCount: 0, lastState: {} }]
      })

      await client().apply(statefulSet('rolling', { replicas: 1 }, { env: [{ name: 'A', value: '1' }] }))
      const second = await until(client(), manifest, isRolledOut)
      expect(textAt(second, 'status', 'updateRevision')).not.toBe(textAt(first, 'status', 'updateRevision'))
      const replaced = await client().get(podOf(manifest))
      expect(at(replaced, 'metadata', 'uid')).not.toBe(at(pod, 'metadata', 'uid'))
      await client().remove(manifest)
    },
    LIMIT_MS
  )

  test(
    'an EndpointSlice of a Service follows the pods that it selects',
    async () => {
      client().connection.script?.('ready')
      const manifest = statefulSet('led', { replicas: 1 }, { ports: [{ name: 'redis', containerPort: 6379 }] })
      const ports = [{ name: 'cache', port: 7000, targetPort: 'redis' }]
      await client().apply(service('led', { selector: { app: 'led' }, ports }))
      const path = client().collectionOf('discovery.k8s.io/v1', 'EndpointSlice')
      const query = { labelSelector: 'kubernetes.io/service-name=led' }
      const slicesWhen = async (isMeant: (endpoints: Json[]) => boolean): Promise<Json[]> => {
        const deadline = Date.now() + LIMIT_MS
        for (;;) {
          const slices = listAt((await client().connection.send({ path, query })).body, 'items')
          if (slices.length > 0 && isMeant(slices.flatMap((slice) => listAt(slice, 'endpoints')))) return slices
          if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(slices)}`)
          await sleep(25)
        }
      }
      expect(await slicesWhen((endpoints) => endpoints.length === 0)).toMatchObject([
        { addressType: 'IPv4', endpoints: null, ports: null, metadata: { labels: { [LABEL]: 'led' } } }
      ])
      await client().apply(manifest)
      const slices = await slicesWhen(([endpoint]) => at(endpoint, 'conditions', 'ready') === true)
      const pod = await client().get(podOf(manifest))
      expect(slices).toMatchObject([
        {
          ports: [{ name: 'cache', port: 6379, protocol: 'TCP' }],
          endpoints: [
            {
              addresses: [textAt(pod, 'status', 'podIP')],
              conditions: { ready: true, serving: true, terminating: false },
              targetRef: { kind: 'Pod', name: 'led-0', uid: at(pod, 'metadata', 'uid') }
            }
          ]
        }
      ])
      await client().remove(manifest)
      await client().remove(service('led', {}))
    },
    LIMIT_MS
  )

  test(
    'a broken pod stays after its template is mended, until it is deleted',
    async () => {
      client().connection.script?.('never-ready', 'ready')
      const manifest = statefulSet('broken', { replicas: 1 }, FAILING)
      await client().apply(manifest)
      const broken = await until(client(), podOf(manifest), (pod) =>
        listAt(pod, 'status', 'containerStatuses').some((container) => at(container, 'state', 'running') !== undefined)
      )
      expect(broken['status']).toMatchObject({ containerStatuses: [{ ready: false, started: false }] })
      const before = await until(client(), manifest, (set) => status(set)['replicas'] === 1)

      await client().apply(statefulSet('broken', { replicas: 1 }))
      const stuck = await until(client(), manifest, (set) => status(set)['observedGeneration'] === 2)
      await sleep(1_000)
      expect(at(await client().get(podOf(manifest)), 'metadata', 'uid')).toBe(at(broken, 'metadata', 'uid'))
      expect(stuck['status']).toEqual({
        observedGeneration: 2,
        replicas: 1,
        currentReplicas: 1,
        availableReplicas: 0,
        currentRevision: textAt(before, 'status', 'currentRevision'),
        updateRevision: expect.not.stringMatching(textAt(before, 'status', 'currentRevision')),
        collisionCount: 0
      })

      const deletion = await client().remove(podOf(manifest))
      expect(deletion.body).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 1, generation: 2 } })
      await until(client(), manifest, isRolledOut)
      await client().remove(manifest)
    },
    LIMIT_MS
  )

  test(
    'a missing key of a Secret is a CreateContainerConfigError with an event',
    async () => {
      client().connection.script?.('ready')
      await client().apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keyless' }, stringData: { a: 'b' } })
      const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'keyless', key: 'password' } } }]
      const manifest = statefulSet('keyless', { replicas: 1 }, { env })
      await client().apply(manifest)
      const pod = await until(
        client(),
        podOf(manifest),
        (object) =>
          textAt(object, 'status', 'containerStatuses', 0, 'state', 'waiting', 'reason') !== 'ContainerCreating' &&
          listAt(object, 'status', 'containerStatuses').length > 0
      )
      const message = `couldn't find key password in Secret ${client().connection.namespace}/keyless`
      expect(pod['status']).toMatchObject({
        phase: 'Pending',
        containerStatuses: [{ restartCount: 0, state: { waiting: { reason: 'CreateContainerConfigError', message } } }]
      })
      const { body: events } = await client().connection.send({
        path: client().collectionOf('v1', 'Event'),
        query: { fieldSelector: 'involvedObject.name=keyless-0,type=Warning' }
      })
      expect(listAt(events, 'items')[0]).toMatchObject({
        reason: 'Failed',
        message: `Error: ${message}`,
        involvedObject: { kind: 'Pod', name: 'keyless-0', fieldPath: 'spec.containers{redis}' },
        source: { component: 'kubelet' }
      })
      await client().remove(manifest)
    },
    LIMIT_MS
  )
}
