import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { RolloutObserver } from '../../../../src/phases/rollout/snapshot.ts'
import { play } from './fake-cluster.ts'
import { event, pod, statefulSet } from './shapes.ts'

/** A cluster that notes when a request begins and ends; its StatefulSet has these labels, one after another. */
function observed(...labels: string[]) {
  const requests: string[] = []
  const { deps, clock } = play([{ from: 0, events: [event(pod(), 'Unhealthy', 'x')] }])
  const noted = async <T>(name: string, answer: T): Promise<T> => {
    requests.push(name)
    await Promise.resolve()
    requests.push(`/${name}`)
    return answer
  }
  const next = (): KubernetesObject => {
    const label = labels.length > 1 ? labels.shift() : labels[0]
    const set = statefulSet()
    return { ...set, spec: { ...set.spec, selector: { matchLabels: { app: label } } } }
  }
  const cluster = {
    ...deps.cluster,
    readStatefulSet: () => noted('set', next()),
    listPods: (_: string, selector: Record<string, string>) => noted(`pods ${selector['app']}`, [pod()])
  }
  return { observer: new RolloutObserver('team', { ...deps, cluster }), requests, deps, clock }
}

describe('a snapshot', () => {
  test('reads the pods after the StatefulSet only as long as their labels are unknown', async () => {
    const { observer, requests } = observed('redis')
    await observer.look(1_500)
    expect(requests).toEqual(['set', '/set', 'pods redis', '/pods redis'])
    requests.length = 0
    await observer.look(1_500)
    expect(requests).toEqual(['set', 'pods redis', '/set', '/pods redis'])
  })

  test('reads the pods again where another client recreated the StatefulSet with other labels', async () => {
    const { observer, requests } = observed('redis', 'cache')
    await observer.look(1_500)
    requests.length = 0
    await observer.look(1_500)
    expect(requests).toEqual(['set', 'pods redis', '/set', '/pods redis', 'pods cache', '/pods cache'])
  })

  test('gives up the events of now after a moment, and keeps those that it has', async () => {
    const { deps } = play([{ from: 0, events: [event(pod(), 'Unhealthy', 'x')] }])
    const observer = new RolloutObserver('team', deps)
    const before = await observer.look(0)
    let ended = false
    deps.cluster.listEvents = (_namespace, limits) =>
      new Promise((_resolve, reject) => {
        limits?.signal.addEventListener('abort', () => {
          ended = true
          reject(limits.signal.reason)
        })
      })
    const after = await observer.withEventsOfNow({ ...before, events: [] })
    expect([after.events, ended]).toEqual([before.events, true])
  })

  test('asks for events only when the last ones are old enough, and remembers them', async () => {
    const { observer, deps, clock } = observed('redis')
    expect((await observer.look(1_500)).events).toEqual([])
    await clock.sleep(1_500, deps.signal)
    expect((await observer.look(1_500)).events).toHaveLength(1)
    expect((await observer.look(1_500)).events).toHaveLength(1)
  })

  test('looks for a redis-0 without the labels only where none has them, and as often as for events', async () => {
    const { deps, clock } = play([
      { from: 0, pods: [pod()], namesake: pod() },
      { from: 3_000, pods: [], namesake: pod() }
    ])
    const asked: number[] = []
    const { listPodsNamed } = deps.cluster
    deps.cluster.listPodsNamed = (...args) => {
      asked.push(clock.now())
      return listPodsNamed(...args)
    }
    const observer = new RolloutObserver('team', deps)
    const found: boolean[] = []
    for (let look = 0; look < 5; look++) {
      found.push((await observer.look(1_500)).namesake !== undefined)
      await clock.sleep(1_000, deps.signal)
    }
    expect(found).toEqual([false, false, false, false, true])
    expect(asked).toEqual([4_000])
  })

  test('remembers the pods of the first look', async () => {
    const later = pod({ uid: 'later' })
    const { deps, clock } = play([
      { from: 0, pods: [pod()] },
      { from: 100, pods: [later] }
    ])
    const observer = new RolloutObserver('team', deps)
    await observer.look(1_500)
    await clock.sleep(100, deps.signal)
    expect(await observer.look(1_500)).toMatchObject({ firstPods: [pod()], pods: [later] })
  })
})
