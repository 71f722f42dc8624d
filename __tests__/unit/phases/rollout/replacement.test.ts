import { describe, expect, test } from '@jest/globals'
import { Deadline } from '../../../../src/core/deadline.ts'
import { Failure } from '../../../../src/core/failure.ts'
import { rollout } from '../../../../src/phases/rollout/rollout.ts'
import { type Played, play, type Scene } from './fake-cluster.ts'
import { event, pod, revisions, running, startTime, waiting } from './shapes.ts'

const run = ({ deps, clock, recovery }: Played, timeout = 300_000) =>
  rollout('team', new Deadline(clock, timeout), deps, recovery)

async function failed(played: Played, timeout?: number): Promise<Failure> {
  const outcome = await run(played, timeout).catch((error: unknown) => error)
  if (outcome instanceof Failure) return outcome
  throw new Error(`no failure: ${String(outcome)}`)
}

const revision = revisions.old
const noImage = waiting('ErrImagePull', 'redis:9.9.9: not found', { image: 'redis:9.9.9' })
const broken = pod({ revision, uid: 'broken', statuses: [noImage], ready: false })
const ending = pod({ revision, uid: 'broken', deleting: true, statuses: [noImage], ready: false })
const unready = pod({
  revision,
  uid: 'unready',
  statuses: [running({ ready: false, started: false })],
  ready: false,
  readySince: startTime
})
const typo = event(unready, 'Unhealthy', 'Startup probe failed: cat: /etc/typo')
const healed: Scene[] = [{ from: 0, pods: [ending] }, { from: 500 }, { from: 1_000, pods: [pod()] }]
const forbidden = new Failure('forbidden', 'cannot delete Pod/redis-0', 'grant the Role, or give the rule `- {…}`')
const refusing = (now: number, request: string) => (request === 'delete' && now >= 0 ? forbidden : undefined)
const told = (played: Played): Played => ({
  ...played,
  deps: {
    ...played.deps,
    toFailure: (error, attempt) => (error instanceof Failure ? error : played.deps.toFailure(error, attempt))
  }
})

describe('a pod of an older revision that blocks the rollout', () => {
  test('is deleted after five seconds if it is broken, and its successor is awaited', async () => {
    const played = play([{ from: 0, pods: [broken] }], { afterDeletion: healed })
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
    expect(played.deletions).toEqual([[5_000, 'broken']])
    expect(played.notes).toEqual([
      `deleted pod redis-0 of revision ${revision}, so that the controller recreates it from the new template: ` +
        'the image redis:9.9.9 of container redis cannot be pulled: redis:9.9.9: not found'
    ])
  })

  test('is deleted after ten seconds if it was never Ready', async () => {
    const played = play([{ from: 0, pods: [unready], events: [typo] }], { afterDeletion: healed })
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
    expect(played.deletions).toEqual([[expect.any(Number), 'unready']])
    expect(played.deletions[0]?.[0]).toBeGreaterThanOrEqual(10_000)
    expect(played.notes).toEqual([expect.stringMatching(/: it has never been Ready: .*\/etc\/typo$/)])
  })

  test('is not deleted if the controller replaces it within that time', async () => {
    const played = play([
      { from: 0, pods: [broken] },
      { from: 4_900, pods: [pod()] }
    ])
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
    expect(played.deletions).toEqual([])
  })

  test('is not deleted if the latest events show that it is loading its data', async () => {
    const loading = event(unready, 'Unhealthy', 'Startup probe failed: LOADING Redis is loading', {
      lastTimestamp: '2026-11-23T05:38:00Z'
    })
    const played = play([
      { from: 0, pods: [unready], events: [typo] },
      { from: 10_000, pods: [unready], events: [typo, loading] }
    ])
    await expect(failed(played)).resolves.toMatchObject({ code: 'redis-loading' })
    expect(played.deletions).toEqual([])
  })

  test('is deleted once, and reported at the deadline if it remains', async () => {
    const played = play([{ from: 0, pods: [broken] }], { afterDeletion: [{ from: 0, pods: [broken] }] })
    await expect(failed(played)).resolves.toMatchObject({ code: 'stuck-revision' })
    expect(played.deletions).toHaveLength(1)
  })

  test('is not reported and causes no other deletion if it was replaced meanwhile', async () => {
    const played = play([{ from: 0, pods: [broken] }], { afterDeletion: [{ from: 0 }, { from: 500, pods: [pod()] }] })
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
    expect(played.notes).toEqual([])
  })

  test('is not deleted after the deadline', async () => {
    const played = play([{ from: 0, pods: [broken] }])
    await expect(failed(played, 3_000)).resolves.toMatchObject({ code: 'stuck-revision' })
    expect(played.deletions).toEqual([])
  })

  test('is not deleted with recover: none', async () => {
    const played = play([{ from: 0, pods: [broken] }])
    const { deps, clock } = played
    await expect(rollout('team', new Deadline(clock, 300_000), deps)).rejects.toMatchObject({
      code: 'stuck-revision',
      hint: 'delete the broken pod and run again: `kubectl -n team delete pod redis-0`'
    })
    expect(played.deletions).toEqual([])
  })

  test('is reported with the missing rule and the command if it must not be deleted', async () => {
    const played = told(play([{ from: 0, pods: [broken] }], { fault: refusing }))
    await expect(failed(played)).resolves.toMatchObject({
      code: 'stuck-revision',
      message: expect.stringMatching(/#67250.*; the pod could not be deleted: cannot delete Pod\/redis-0$/),
      hint:
        'grant the Role, or give the rule `- {…}`; or delete the broken pod and run again: ' +
        '`kubectl -n team delete pod redis-0`'
    })
    expect(played.deletions).toHaveLength(1)
    expect(played.notes).toEqual([])
  })

  test('may still become Ready if it was never Ready and must not be deleted', async () => {
    const scenes: Scene[] = [
      { from: 0, pods: [unready], events: [typo] },
      { from: 60_000, pods: [pod()] }
    ]
    const played = told(play(scenes, { fault: refusing }))
    await expect(run(played)).resolves.toMatchObject({ revision: revisions.update })
  })

  test('is reported if the API server is unreachable', async () => {
    const played = play([{ from: 0, pods: [broken] }], {
      fault: (_, request) => (request === 'delete' ? new Error('gone') : undefined)
    })
    await expect(failed(played)).resolves.toMatchObject({
      code: 'cluster-unreachable',
      message: 'delete Pod/redis-0: Error: gone'
    })
  })
})

describe('the failure of a new pod', () => {
  const bad = pod({ statuses: [noImage], ready: false })

  test('says that the next run replaces it', async () => {
    await expect(failed(play([{ from: 0, pods: [bad] }]))).resolves.toMatchObject({
      code: 'image-pull',
      hint: expect.stringMatching(
        /^check name and tag: .*; once that is corrected, run again: the next run replaces pod redis-0 if its template has changed$/
      )
    })
  })

  test('says with recover: none what has to be deleted', async () => {
    const { deps, clock } = play([{ from: 0, pods: [bad] }])
    await expect(rollout('team', new Deadline(clock, 300_000), deps)).rejects.toMatchObject({
      code: 'image-pull',
      hint: expect.stringMatching(
        /; once that is corrected, run again, then delete the pod \(recover is none\): `kubectl -n team delete pod redis-0`$/
      )
    })
  })

  test('says that the next run replaces a pod that was never Ready', async () => {
    const late = pod({ statuses: [running({ ready: false })], ready: false, readySince: startTime })
    const says = event(late, 'Unhealthy', 'Readiness probe failed: no')
    await expect(failed(play([{ from: 0, pods: [late], events: [says] }]), 60_000)).resolves.toMatchObject({
      code: 'probe-failing',
      hint: expect.stringMatching(/^correct the probe or what it checks; .* the next run replaces pod redis-0/)
    })
  })

  test('promises nothing for a pod that is loading its data', async () => {
    const late = pod({ statuses: [running({ ready: false })], ready: false, readySince: startTime })
    const says = event(late, 'Unhealthy', 'Readiness probe failed: LOADING Redis is loading')
    const { code, hint } = await failed(play([{ from: 0, pods: [late], events: [says] }]), 60_000)
    expect(code).toBe('redis-loading')
    expect(hint).not.toContain('replaces')
  })
})
