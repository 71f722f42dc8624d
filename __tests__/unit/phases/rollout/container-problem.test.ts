import { describe, expect, test } from '@jest/globals'
import { containerProblem } from '../../../../src/phases/rollout/container-problem.ts'
import { ended, pod, running, terminated, waiting } from './shapes.ts'

const problemOf = (status: object) => containerProblem(pod({ statuses: [status] }), status, [], 'team')
const backOff = 'back-off 20s restarting failed container=redis pod=redis-0_team(968e9975-6260-40c4-abe0-ef7cd4061899)'
const startError =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable ' +
  'to start container process: exec: "/no/such/program": stat /no/such/program: no such file or directory: unknown'

const done = { ...running({ restarts: 1, last: ended('Error', 1) }), state: ended('Completed', 0) }

describe('a container that may become ready', () => {
  test.each([
    ['it is created', waiting('ContainerCreating')],
    ['it waits for the init containers', waiting('PodInitializing')],
    ['it runs, its startup probe not passed', running({ ready: false, started: false })],
    ['it runs, its readiness probe not passed', running({ ready: false })],
    ['it is ready', running()],
    ['it runs again after one crash', running({ ready: false, restarts: 1, last: ended('Error', 1) })],
    [
      'it runs, after the runtime failed to start it once',
      running({ ready: false, restarts: 1, last: ended('StartError', 128) })
    ],
    ['it has ended for the first time, and is started again at once', terminated(ended('Error', 1))],
    ['it is an init container that has done its work at its second try', done],
    ['it used too much memory long ago, and is ready', running({ restarts: 1, last: ended('OOMKilled', 137) })],
    [
      'it used too much memory long ago, and is not ready for another reason',
      running({ ready: false, restarts: 1, last: ended('OOMKilled', 137) })
    ],
    [
      'it used too much memory a moment ago, and loads its data',
      running({ ready: false, started: false, restarts: 1, last: ended('OOMKilled', 137) })
    ]
  ])('has no problem: %s', (_, status) => {
    expect(problemOf(status)).toBeUndefined()
  })
})

describe('a container that cannot be configured', () => {
  test.each([
    ['missing Secret', 'secret "redis-credentials" not found'],
    ['missing key in a Secret', "couldn't find key password in Secret team/redis-credentials"],
    ['missing ConfigMap', 'configmap "redis-config" not found'],
    [
      'root where the pod forbids it',
      'container\'s runAsUser breaks non-root policy (pod: "redis-0_team(6a238b8e)", container: redis)'
    ]
  ])('is reported: %s', (_, message) => {
    const problem = problemOf(waiting('CreateContainerConfigError', message))
    expect(problem).toMatchObject({
      code: 'config-error',
      sentence: `container redis cannot be configured: ${message}`
    })
    expect(problem?.hint).toContain('`kubectl -n team get secrets,configmaps`')
    // The Secret may have been written a moment ago, and the kubelet looks again.
    expect(problem?.toleranceMilliseconds).toBe(5_000)
  })
})

describe('a container that cannot be started', () => {
  test.each([
    ['program missing', waiting('RunContainerError', startError, { restarts: 1, last: ended('StartError', 128) })],
    [
      'program missing, while the kubelet waits',
      waiting('CrashLoopBackOff', backOff, { restarts: 1, last: ended('StartError', 128, { message: startError }) })
    ],
    ['container refused by the runtime', waiting('CreateContainerError', startError)]
  ])('is reported: %s', (_, status) => {
    const problem = problemOf(status)
    expect(problem).toMatchObject({ code: 'config-error', container: 'redis' })
    expect(problem?.sentence).toContain('container redis cannot be started: ')
    expect(problem?.sentence).toContain('stat /no/such/program: no such file or directory')
    expect(problem?.hint).toBe('correct command, user or mounts of the container')
    expect(problem?.toleranceMilliseconds).toBe(0)
  })

  test('is tolerated for a missing device, which may appear', () => {
    const message = 'error mounting "/dev/x" to rootfs: no such file or directory: unknown'
    expect(problemOf(waiting('CreateContainerError', message))?.toleranceMilliseconds).toBe(5_000)
  })

  test('gets a hint about the image for a program of another architecture', () => {
    const message = 'exec: "/app": exec format error: unknown'
    const problem = problemOf(waiting('RunContainerError', message))
    expect(problem?.hint).toContain('a different architecture')
    expect(problem?.toleranceMilliseconds).toBe(0)
  })
})

describe('a container that exits again and again', () => {
  const last = ended('Error', 1)
  test.each([
    ['crash loop with exit code', waiting('CrashLoopBackOff', backOff, { restarts: 1, last }), 'code 1', '2nd'],
    [
      'crash loop, before the kubelet reports the back-off',
      terminated(ended('Error', 1), { restarts: 3, last }),
      'code 1',
      '4th'
    ],
    [
      'crash loop that ends well',
      waiting('CrashLoopBackOff', backOff, { restarts: 2, last: ended('Completed', 0) }),
      'code 0',
      '3rd'
    ],
    [
      'killed by signal',
      waiting('CrashLoopBackOff', backOff, { restarts: 1, last: ended('Error', 137, { signal: 9 }) }),
      'signal 9 (SIGKILL)',
      '2nd'
    ],
    [
      'killed by a signal, as reported by containerd',
      waiting('CrashLoopBackOff', backOff, { restarts: 1, last: ended('Error', 139) }),
      'code 139 (SIGSEGV)',
      '2nd'
    ],
    ['no word about its end', waiting('CrashLoopBackOff', backOff, { restarts: 4 }), 'an unknown exit code', '5th']
  ])('is reported: %s', (_, status, reason, ordinal) => {
    expect(problemOf(status)).toEqual({
      code: 'crash-loop',
      sentence: `container redis exited with ${reason} right after starting (${ordinal} time)`,
      hint: 'read its last log lines below, or `kubectl -n team logs redis-0 -c redis --previous`',
      toleranceMilliseconds: expect.any(Number),
      container: 'redis'
    })
  })

  test.each([
    [0, '1st'],
    [1, '2nd'],
    [2, '3rd'],
    [3, '4th'],
    [10, '11th'],
    [11, '12th'],
    [12, '13th'],
    [20, '21st'],
    [100, '101st'],
    [110, '111th'],
    [111, '112th']
  ])('has after %d restarts exited for the %s time', (restarts, ordinal) => {
    expect(problemOf(waiting('CrashLoopBackOff', backOff, { restarts, last }))?.sentence).toContain(`(${ordinal} time)`)
  })
})

describe('a container killed for its memory use', () => {
  const oom = ended('OOMKilled', 137)
  const tooLow = 'runc create failed: container init was OOM-killed (memory limit too low?): unknown'
  const tooLowForRunc =
    'unable to start container process: error during container init: error setting cgroup config for procHooks process: ' +
    'unable to set memory limit to 1048576 (current usage: 2224128, peak usage: 2514944): unknown'
  test.each([
    ['out of memory', waiting('CrashLoopBackOff', backOff, { restarts: 2, last: oom })],
    ['out of memory for the first time', terminated(oom)],
    // The kubelet sees the end of the process before the kernel tells why, so one end of two has the reason.
    [
      'out of memory again, with the previous exit reported as an error',
      terminated(oom, { restarts: 1, last: ended('Error', 137) })
    ],
    [
      'out of memory before, with this exit reported as an error',
      terminated(ended('Error', 137), { restarts: 2, last: oom })
    ],
    [
      'a limit too low to start in, while the kubelet waits',
      waiting('CrashLoopBackOff', backOff, { restarts: 1, last: ended('StartError', 128, { message: tooLow }) })
    ],
    ['a limit too low to start in', waiting('RunContainerError', tooLow)],
    ['a limit too low for the process that starts it', waiting('RunContainerError', tooLowForRunc)]
  ])('is reported: %s', (_, status) => {
    expect(problemOf(status)).toMatchObject({
      code: 'oom-killed',
      sentence: 'container redis was killed because it used more memory than its limit of 512Mi',
      hint: expect.stringContaining('memory-limit'),
      toleranceMilliseconds: 0,
      container: 'redis'
    })
  })

  test('is reported with the limit of the exporter, without the input that changes the limit of Redis', () => {
    const problem = problemOf(waiting('CrashLoopBackOff', backOff, { name: 'metrics', restarts: 2, last: oom }))
    expect(problem?.sentence).toBe('container metrics was killed because it used more memory than its limit of 64Mi')
    expect(problem?.hint).not.toContain('memory-limit')
  })
})
