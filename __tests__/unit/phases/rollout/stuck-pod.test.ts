import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import type { Snapshot } from '../../../../src/phases/rollout/snapshot.ts'
import { rolloutStatus } from '../../../../src/phases/rollout/status.ts'
import { stuckPod } from '../../../../src/phases/rollout/stuck-pod.ts'
import {
  ended,
  event,
  pod,
  revisions,
  running,
  snapshot,
  startTime,
  statefulSet,
  terminated,
  waiting
} from './shapes.ts'

const revision = revisions.old
const later = '2026-11-23T06:10:00Z'
const oldPod = (status: object, shape: object = {}) =>
  pod({ revision, statuses: [running({ name: 'metrics' }), status], ready: false, readySince: later, ...shape })
const neverReady = (status: object) => oldPod(status, { readySince: startTime })
const starting = running({ ready: false, started: false })
const noImage = waiting('ErrImagePull', 'redis:9.9.9: not found', { image: 'redis:9.9.9' })
const crashed = waiting('CrashLoopBackOff', 'back-off 20s', { restarts: 2, last: ended('Error', 1) })
const unhealthy = (words: string, more: object = {}) => event(pod(), 'Unhealthy', words, more)
const beforeItsStart = '2026-11-23T05:36:43Z'
const judged = (found: KubernetesObject, change: Partial<Snapshot> = {}) =>
  stuckPod(found, snapshot({ pods: [found], ...change }))

describe('a pod that may be deleted', () => {
  test.each<[string, KubernetesObject, KubernetesObject[], string, number]>([
    [
      'has no image',
      neverReady(noImage),
      [],
      'the image redis:9.9.9 of container redis cannot be pulled: redis:9.9.9: not found',
      5_000
    ],
    [
      'crashes, also if it was Ready before',
      oldPod(crashed),
      [],
      'container redis exited with code 1 right after starting (3rd time)',
      5_000
    ],
    [
      'crashes now, and loaded its data before',
      oldPod(crashed),
      [unhealthy('Startup probe failed: LOADING Redis is loading')],
      'container redis exited with code 1 right after starting (3rd time)',
      5_000
    ],
    [
      'lacks a Secret',
      neverReady(waiting('CreateContainerConfigError', 'secret "absent" not found')),
      [],
      'container redis cannot be configured: secret "absent" not found',
      5_000
    ],
    [
      'fits on no node',
      pod({ revision, unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' }),
      [],
      'pod redis-0 cannot be scheduled: 0/1 nodes are available: 1 Insufficient cpu.',
      5_000
    ],
    [
      'has another password than its probes',
      oldPod(running({ ready: false })),
      [unhealthy('Readiness probe failed: WRONGPASS invalid username-password pair')],
      'Redis in pod redis-0 rejects the password that its probes read from the Secret: Readiness probe failed: ' +
        'WRONGPASS invalid username-password pair',
      5_000
    ],
    [
      'has never been Ready, and fails its probe',
      neverReady(starting),
      [unhealthy('Startup probe failed: cat: /etc/typo')],
      'it has never been Ready: Startup probe failed: cat: /etc/typo',
      10_000
    ],
    [
      'has never been Ready, its times in two seconds',
      oldPod(starting, { readySince: '2026-11-23T05:36:41Z' }),
      [unhealthy('Startup probe failed: cat: /etc/typo')],
      'it has never been Ready: Startup probe failed: cat: /etc/typo',
      10_000
    ]
  ])('is one that %s', (_, found, events, because, toleranceMilliseconds) => {
    expect(judged(found, { events })).toEqual({ pod: found, because, toleranceMilliseconds })
  })
})

describe('a pod that must not be deleted', () => {
  const typo = [unhealthy('Startup probe failed: cat: /etc/typo')]
  const loading = [unhealthy('Startup probe failed: LOADING Redis is loading the dataset in memory')]
  const full = [unhealthy('Readiness probe failed: MISCONF Redis is configured to save RDB snapshots')]
  const strategy = (updateStrategy: object) => ({ statefulSet: statefulSet({ updateStrategy }) })
  const broken = neverReady(noImage)
  const crashingExporter = waiting('CrashLoopBackOff', 'back-off', { name: 'metrics', restarts: 2 })
  const besideIt = (status: object) => pod({ revision, statuses: [crashingExporter, status], ready: false })

  test.each<[string, KubernetesObject, Partial<Snapshot>]>([
    ['is Ready', pod({ revision }), { events: typo }],
    ['is Ready, whatever its containers say', pod({ revision, statuses: [noImage], ready: true }), {}],
    ['ends', oldPod(crashed, { deleting: true }), {}],
    ['was evicted, which the controller replaces', { ...broken, status: { phase: 'Failed', reason: 'Evicted' } }, {}],
    ['loads its data for the first time', neverReady(starting), { events: loading }],
    ['loads its data again', oldPod(starting), { events: loading }],
    ['loads its data beside an exporter that crashes', besideIt(starting), { events: loading }],
    ['cannot save its data', oldPod(running({ ready: false })), { events: full }],
    ['cannot save its data beside an exporter that crashes', besideIt(running({ ready: false })), { events: full }],
    ['was Ready, and fails its probe', oldPod(starting), { events: typo }],
    ['has no time since when it is not Ready', oldPod(starting, { readySince: undefined }), { events: typo }],
    ['was not probed yet', neverReady(starting), {}],
    [
      'was not probed since its restart',
      neverReady(starting),
      { events: [unhealthy('Startup probe failed: cat: /etc/typo', { lastTimestamp: beforeItsStart })] }
    ],
    ...[
      'command timed out: "/bin/sh -c redis-cli ping" timed out after 5s',
      'command "/bin/sh -c redis-cli ping" timed out',
      'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'Get "http://10.0.0.7:8080/ready": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
      'dial tcp 10.0.0.7:6379: i/o timeout'
    ].map((words): [string, KubernetesObject, Partial<Snapshot>] => [
      `answers its first probe too late: ${words}`,
      neverReady(starting),
      { events: [...typo, unhealthy(`Startup probe failed: ${words}`)] }
    ]),
    ['pulls its image', neverReady(waiting('ContainerCreating')), {}],
    ['ended once and is started again', oldPod(terminated(ended('Completed', 0))), {}],
    ['has another owner', pod({ revision, owner: 'job', statuses: [noImage], ready: false }), {}],
    ['has no owner', pod({ revision, owner: null, statuses: [noImage], ready: false }), {}],
    ['is kept by OnDelete', broken, strategy({ type: 'OnDelete' })],
    ['is kept by a partition', broken, strategy({ type: 'RollingUpdate', rollingUpdate: { partition: 1 } })],
    ['lost its StatefulSet', broken, { statefulSet: undefined }]
  ])('is one that %s', (_, found, change) => {
    expect(judged(found, change)).toBeUndefined()
  })
})

describe('the rollout status', () => {
  const stuckIn = (pods: KubernetesObject[], events: KubernetesObject[] = []) =>
    rolloutStatus(snapshot({ pods, events }))
  const typo = [unhealthy('Startup probe failed: cat: /etc/typo')]

  test('contains a broken pod that may be deleted', () => {
    const found = neverReady(noImage)
    expect(stuckIn([found])).toMatchObject({ stuck: { pod: found }, problem: { code: 'stuck-revision' } })
  })

  test('contains a pod that has never been Ready, which alone is not a problem yet', () => {
    const found = neverReady(starting)
    const status = stuckIn([found], typo)
    expect(status).toMatchObject({ stuck: { pod: found } })
    expect(status).not.toHaveProperty('problem')
  })

  test('contains no pod of the wanted revision', () => {
    const found = pod({ statuses: [noImage], ready: false, readySince: startTime })
    expect(stuckIn([found])).not.toHaveProperty('stuck')
  })
})
