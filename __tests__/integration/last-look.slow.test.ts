import { expect, test } from '@jest/globals'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { listAt } from '../../src/core/kubernetes/object.ts'
import { names } from '../../src/core/kubernetes/workload.ts'
import { lastLook } from '../../src/phases/rollout/last-look.ts'
import { until } from '../support/until.ts'
import { ended } from './outcome.ts'
import { documentsFor, namespace } from './rendering.ts'
import { rolling, type Scene, scene } from './rolling.ts'

/** A redis-0 that is Ready, as the rollout ended with it. */
async function rolledOut(): Promise<Scene & { pod: NonNullable<ReturnType<typeof podOf>> }> {
  const here = await scene(await documentsFor(), [{ kind: 'ready' }])
  expect((await rolling(here)).failure).toBeUndefined()
  const pod = podOf(here)
  if (pod === undefined) throw new Error('there is no redis-0')
  return { ...here, pod }
}

const podOf = ({ api }: Pick<Scene, 'api'>) => api.read('Pod', namespace, names.pod)

const looking = ({ access: { cluster, cancel } }: Pick<Scene, 'access'>, pod: NonNullable<ReturnType<typeof podOf>>) =>
  ended(lastLook(pod, namespace, { cluster, toFailure, signal: cancel.signal }))

test('a redis-0 that still serves passes, by one request', async () => {
  await using here = await rolledOut()
  const before = here.api.requests.length
  expect((await looking(here, here.pod)).failure).toBeUndefined()
  expect(here.api.requests.length - before).toBe(1)
})

test('one that was deleted meanwhile is told, also if its successor is Ready', async () => {
  await using here = await rolledOut()
  here.api.remove('Pod', namespace, names.pod)
  await until(() => podOf(here) !== undefined)
  expect((await rolling(here)).failure).toBeUndefined()
  expect((await looking(here, here.pod)).failure).toMatchObject({
    code: 'rollout-timeout',
    message: expect.stringMatching(/it has been deleted since, and another pod of its name was made$/)
  })
})

test('pods that may not be listed any more are no success', async () => {
  await using here = await rolledOut()
  const message =
    'pods is forbidden: User "system:serviceaccount:default:deployer" cannot list resource "pods" in API group "" in the namespace "default"'
  const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message }
  here.api.fault({ path: /\/pods$/, reply: { status: 403, body } })
  expect((await looking(here, here.pod)).failure?.code).toBe('forbidden')
})

test('one whose image was changed meanwhile is told, with who did it', async () => {
  await using here = await rolledOut()
  const pod = structuredClone(here.pod)
  Reflect.set(Object(listAt(pod, 'spec', 'containers')[0]), 'image', 'docker.io/library/redis:6')
  here.api.seed(pod, { fieldManager: 'kubectl-set' })
  expect((await looking(here, here.pod)).failure).toMatchObject({
    code: 'config-drift',
    message: expect.stringMatching(/it has been changed since: .*image is "docker.io\/library\/redis:6", .*kubectl-set/)
  })
})
