import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, jest, test } from '@jest/globals'
import { at, listAt } from '../../src/core/kubernetes/object.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { script, states } from './rollout-states.ts'
import { type Edit, type Run, type Stage, stage } from './stage.ts'

// Tests of races: what fails now and then is what they look for.
jest.retryTimes(0)

const evidence = ({ failure }: Run) => failure?.evidence.map(({ title, text }) => `${title}\n${text}`).join('\n') ?? ''

describe('the state of a real cluster', () => {
  test.concurrent.each(states)('$name', async ({ edit, data, before, timeout, code, says, hint, shows, within }) => {
    await using here = await stage()
    await before?.(here)
    await here.apply(edit, data)
    const run = await here.rollout(timeout)
    expect(run.failure).toMatchObject({
      code,
      message: expect.stringMatching(says),
      hint: expect.stringMatching(hint)
    })
    expect(evidence(run)).toMatch(shows ?? /./)
    expect(run.seconds).toBeLessThan(within)
  })
})

/** Something outside namespaces that one test needs; its name says whose it is. */
async function clusterWide({ namespace }: Stage, object: object): Promise<AsyncDisposable & { name: string }> {
  const name = `roll-${namespace.name}`
  await kubectlWithInput(JSON.stringify({ ...object, metadata: { name } }), 'create', '-f', '-')
  const kind = 'kind' in object ? String(object.kind) : ''
  return {
    name,
    async [Symbol.asyncDispose]() {
      await kubectl('delete', kind, name, '--wait=false')
    }
  }
}

const inClass =
  (name: string): Edit =>
  (workload) => {
    for (const { spec } of workload.spec.volumeClaimTemplates ?? []) spec.storageClassName = name
  }

describe('a claim', () => {
  test.concurrent('whose class has no running provisioner is reported long before the timeout', async () => {
    await using here = await stage()
    await using storageClass = await clusterWide(here, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      provisioner: 'example.org/absent',
      volumeBindingMode: 'WaitForFirstConsumer'
    })
    await here.apply(inClass(storageClass.name))
    const run = await here.rollout(120)
    expect(run.failure).toMatchObject({
      code: 'volume-pending',
      message: expect.stringMatching(/^claim data-redis-0 has no volume: .*example.org\/absent.*\(seen for 4[5-9]/),
      hint: expect.stringContaining('describe pvc data-redis-0')
    })
    expect(run.seconds).toBeLessThan(65)
  })

  test.concurrent('whose volume is bound to a missing node is reported', async () => {
    await using here = await stage()
    const term = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['absent'] }] }
    await using volume = await clusterWide(here, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      spec: {
        capacity: { storage: '5Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'by-hand',
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: '/nowhere' },
        nodeAffinity: { required: { nodeSelectorTerms: [term] } },
        claimRef: { namespace: here.namespace.name, name: 'data-redis-0' }
      }
    })
    expect(volume.name).toContain('roll-')
    await here.apply(inClass('by-hand'))
    const run = await here.rollout(12)
    expect(run.failure).toMatchObject({
      code: 'volume-pending',
      message: expect.stringMatching(
        /^pod redis-0 cannot be scheduled: .*(volume node affinity|didn't match PersistentVolume)/
      ),
      hint: expect.stringContaining('describe pvc data-redis-0')
    })
  })
})

const onDelete: Edit = (workload) => {
  workload.spec.updateStrategy = { type: 'OnDelete' }
}
const partition: Edit = (workload) => {
  workload.spec.updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }
}

/** Runs what a hint says to type. */
async function typed(hint = ''): Promise<void> {
  const command = /`kubectl (.*)`/.exec(hint)?.[1] ?? ''
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  await kubectl(...words)
}

describe('a pod of an older revision', () => {
  test.concurrent.each<[string, Edit, RegExp]>([
    ['OnDelete', onDelete, /stays at its old revision because the StatefulSet has updateStrategy OnDelete$/],
    ['a partition', partition, /stays at its old revision because the StatefulSet has partition 1$/]
  ])('that %s keeps is reported at once, and the suggested command helps', async (_rule, edit, says) => {
    await using here = await stage()
    await here.apply(edit)
    expect((await here.rollout()).failure).toBeUndefined()
    await here.apply(edit, { 'maxmemory.conf': 'maxmemory 128mb\n' })
    const run = await here.rollout()
    expect(run.failure).toMatchObject({ code: 'stuck-revision', message: expect.stringMatching(says) })
    expect(run.seconds).toBeLessThan(5)
    await typed(run.failure?.hint)
    expect((await here.rollout()).failure).toBeUndefined()
    expect(await here.namespace.redisCli('config', 'get', 'maxmemory')).toContain('134217728')
  })

  test.concurrent('that is broken stays until the suggested command is run', async () => {
    await using here = await stage()
    await here.apply(script('exit 1'))
    expect((await here.rollout()).failure?.code).toBe('crash-loop')
    await here.apply()
    const run = await here.rollout()
    expect(run.failure).toMatchObject({ code: 'stuck-revision', message: expect.stringContaining('#67250') })
    expect(run.seconds).toBeLessThan(30)
    await typed(run.failure?.hint)
    expect((await here.rollout()).failure).toBeUndefined()
  })

  test.concurrent('that is not Ready stays until the suggested command is run', async () => {
    await using here = await stage()
    await here.apply((_workload, redis) => {
      redis.readinessProbe = { exec: { command: ['cat', '/etc/typo'] }, periodSeconds: 1 }
    })
    expect((await here.rollout(30)).failure?.code).toBe('probe-failing')
    await here.apply()
    const run = await here.rollout(10)
    expect(run.failure).toMatchObject({
      code: 'stuck-revision',
      message: expect.stringMatching(/#67250.*: Readiness probe failed: .*\/etc\/typo/)
    })
    await typed(run.failure?.hint)
    expect((await here.rollout()).failure).toBeUndefined()
  })
})

describe('a pod that another client', () => {
  test.concurrent.each<[string, (stage: Stage) => Promise<unknown>]>([
    ['deletes', ({ namespace }) => namespace.kubectl('delete', 'pod', 'redis-0', '--wait=false')],
    [
      'evicts',
      ({ namespace: { name } }) =>
        kubectlWithInput(
          JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'redis-0', namespace: name } }),
          'create',
          '--raw',
          `/api/v1/namespaces/${name}/pods/redis-0/eviction`,
          '-f',
          '-'
        )
    ]
  ])('%s meanwhile comes back', async (_what, interfere) => {
    await using here = await stage()
    await here.apply()
    let interfered: Promise<unknown> | undefined
    const run = await here.rollout(90, (line) => {
      if (line.includes('startup probe')) interfered ??= interfere(here)
    })
    await interfered
    // The verdict may have been faster than whoever interfered.
    const after = await here.rollout()
    expect([run.failure, after.failure]).toEqual([undefined, undefined])
  })
})

test('the rollout ends as soon as the pod is Ready', async () => {
  await using here = await stage()
  const { cluster } = here.access
  const becomesReady = async (): Promise<number> => {
    for (;;) {
      const [pod] = await cluster.listPods(here.namespace.name, { 'app.kubernetes.io/name': 'redis' })
      const ready = listAt(pod, 'status', 'conditions').find((each) => at(each, 'type') === 'Ready')
      if (at(ready, 'status') === 'True') return performance.now()
      await sleep(5)
    }
  }
  await here.apply()
  const [ready, [run, verdict]] = await Promise.all([
    becomesReady(),
    here.rollout().then((ended) => [ended, performance.now()] as const)
  ])
  expect(run.failure).toBeUndefined()
  // The longest pause between two looks is a second; how short the wait usually is, the benchmark tells.
  expect(verdict - ready).toBeLessThan(2_000)
})
