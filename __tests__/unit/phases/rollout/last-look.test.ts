import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { lastLook, lastLookFailure, whileItServes } from '../../../../src/phases/rollout/last-look.ts'
import { changed } from '../../core/drift/objects.ts'
import { ownedBy } from '../../core/drift/owners.ts'
import { play } from './fake-cluster.ts'
import { ended, pod, running, waiting } from './shapes.ts'

const withRestarts = (restarts: number, last?: object): KubernetesObject =>
  pod({ ready: true, statuses: [running({ restarts, ...(last && { last }) })] })

const image = ['spec', 'containers', 0, 'image'] as const
const imaged = (name: string) => changed(withRestarts(0), image, name)
/** Its image was changed, and its container restarted for it. */
const reimaged = ownedBy(
  changed(withRestarts(1, ended('Completed', 0)), image, 'redis:6'),
  { manager: 'kubectl-set' },
  ['spec', 'containers', { name: 'redis' }, 'image']
)
const withExporter = (restarts: number) =>
  pod({ ready: true, statuses: [running(), running({ name: 'metrics', restarts, last: ended('Error', 2) })] })

describe('redis-0 serves as it was proven:', () => {
  test.each([
    ['nothing has changed', withRestarts(0), withRestarts(0)],
    ['its restarts are older than the run', withRestarts(3), withRestarts(3)]
  ])('%s', (_, first, now) => {
    expect(lastLookFailure(first, now, 'team')).toBeUndefined()
  })
})

describe('what became of redis-0 since it was proven:', () => {
  test.each<[string, KubernetesObject | undefined, string, string]>([
    ['gone', undefined, 'rollout-timeout', 'it has been deleted since'],
    [
      'replaced',
      pod({ uid: 'another' }),
      'rollout-timeout',
      'it has been deleted since, and another pod of its name was made'
    ],
    ['ending', pod({ deleting: true }), 'rollout-timeout', 'it is being deleted'],
    [
      'not Ready',
      pod({ statuses: [running({ ready: false })] }),
      'rollout-timeout',
      'it is not Ready any more: waiting for container redis to be ready'
    ],
    [
      'restarted, and Ready again',
      withRestarts(1, ended('Error', 1)),
      'crash-loop',
      'container redis has been restarted since, after exit code 1'
    ],
    [
      'out of memory, and Ready again',
      withRestarts(1, ended('OOMKilled', 137)),
      'oom-killed',
      'container redis has been restarted since, after it ran out of memory (OOMKilled)'
    ],
    [
      'restarted, and waiting for the next start',
      pod({ statuses: [waiting('CrashLoopBackOff', 'back-off', { restarts: 1, last: ended('Error', 3) })] }),
      'crash-loop',
      'container redis has been restarted since, after exit code 3'
    ],
    [
      'the exporter was restarted, and is Ready again',
      withExporter(1),
      'crash-loop',
      'container metrics has been restarted since, after exit code 2'
    ],
    [
      'another image, for which it was restarted',
      reimaged,
      'config-drift',
      'it has been changed since: .spec.containers[name="redis"].image is "redis:6", template: "redis:7" (written by ' +
        'kubectl-set at 2026-11-23T02:10:00Z)'
    ]
  ])('%s', (_, now, code, words) => {
    expect(lastLookFailure(imaged('redis:7'), now, 'team')).toMatchObject({
      code,
      message: `pod redis-0 does not serve as it was proven: ${words}`,
      hint: expect.stringContaining('`kubectl -n team ')
    })
  })
})

describe('while redis-0 is asked', () => {
  const silence = new Failure('redis-unreachable', 'Redis does not answer', 'look')
  const asking = (...scenes: Parameters<typeof play>[0]) => {
    const { deps } = play(scenes)
    return { deps, ask: () => whileItServes(imaged('redis:7'), 'team', deps, () => Promise.reject(silence)) }
  }

  test('an answer is passed on without another look', async () => {
    const { deps } = play([], { fault: () => new Error('asked') })
    await expect(whileItServes(pod(), 'team', deps, async () => 'PONG')).resolves.toBe('PONG')
  })

  test.each<[string, KubernetesObject[], string, string]>([
    ['it was deleted', [], 'rollout-timeout', 'it has been deleted since'],
    ['it was replaced', [pod({ uid: 'another' })], 'rollout-timeout', 'another pod of its name was made'],
    ['its image was changed', [reimaged], 'config-drift', '.image is "redis:6"'],
    ['it was restarted', [withRestarts(1, ended('OOMKilled', 137))], 'oom-killed', 'it ran out of memory']
  ])('a failure says what became of it: %s', async (_, pods, code, words) => {
    await expect(asking({ from: 0, pods }).ask()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words)
    })
  })

  test('a failure stays where it is the same pod, Ready or not', async () => {
    const unready = pod({ statuses: [running({ ready: false })] })
    await expect(asking({ from: 0, pods: [unready] }).ask()).rejects.toBe(silence)
  })

  test('a failure stays where nobody may look', async () => {
    const { deps } = play([], { fault: () => new Error('forbidden') })
    await expect(whileItServes(pod(), 'team', deps, () => Promise.reject(silence))).rejects.toBe(silence)
    await expect(lastLook(pod(), 'team', deps)).rejects.toMatchObject({ code: 'cluster-unreachable' })
  })
})
