import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { planned, type Told, told } from '../integration/planning.ts'
import { expectClean } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { type Edit, edits } from './edits.ts'
import { checkedOut, committed, type Repository } from './repository.ts'
import { snapshot } from './snapshot.ts'

let namespace: TestNamespace
let repository: Repository = { inputs: {}, patches: {}, objects: {} }
let applied: Told

beforeAll(async () => {
  const own = await testNamespace()
  // Objects of all kinds are made here, so that the rights of the deployer are not enough.
  namespace = { ...own, kubeconfig: process.env['KUBECONFIG'] ?? '' }
  applied = await commit({ name: 'nothing', changes: {} }, told)
})
afterAll(async () => namespace[Symbol.asyncDispose]())

/** Runs the action with the repository as it is after a commit. */
async function commit<Run extends Told>(edit: Edit, run: (...parameters: Parameters<typeof told>) => Promise<Run>) {
  repository = committed(repository, edit)
  await using workspace = await checkedOut(repository)
  const inputs = { manifests: 'deploy/redis', 'probe-from': 'none', ...repository.inputs }
  const done = await run(namespace, inputs, { workspace: workspace.path })
  await expectClean(done, namespace, repository.inputs['redis-password'] ?? '')
  return done
}

const podUid = () => namespace.kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.metadata.uid}')
const words = { created: 'create', configured: 'change', unchanged: 'unchanged' } as const
const done = ({ result }: Told) =>
  Object.fromEntries((result.objects ?? []).map(({ id, change }) => [id, words[change]]))

// In order: each edit is made to what the one before it left.
describe('the prediction of a plan', () => {
  test.each(edits)('matches the deployment: $name', async (edit) => {
    const { changes, restart = [], leftovers = [] } = edit
    const plan = await commit(edit, planned)
    expect(plan.outputs['verdict']).toBe('planned')
    const before = await podUid()
    applied = await commit(edit, told)
    expect(applied.outputs['verdict']).toBe('passed')

    expect(plan.actions).toEqual(done(applied))
    const changed = Object.entries(plan.actions).filter(([, action]) => action !== 'unchanged')
    expect(Object.fromEntries(changed)).toEqual(changes)
    expect(plan.plan.restart).toEqual(restart)
    expect(plan.result.leftovers).toEqual(leftovers)
    expect((await podUid()) !== before).toBe(restart.length > 0)

    const { plan: again } = await commit(edit, planned)
    expect(again.sentence).toBe('nothing to change')
  })
})

describe('a plan of many changes', () => {
  const changes = { maxmemory: '100mb', 'memory-limit': '300Mi', 'redis-password': randomBytes(18).toString('hex') }

  test('leaves every object of the namespace unchanged', async () => {
    const pairs: string[][][] = []
    // Others write now and then: it is enough that nobody did once.
    for (let attempt = 1; attempt <= 5; attempt++) {
      const before = await snapshot(namespace)
      const { plan } = await planned(namespace, changes)
      expect(plan.sentence).toBe('3 to change, redis-0 would restart (configuration, password, pod template)')
      const after = await snapshot(namespace)
      expect(before.length).toBeGreaterThan(10)
      pairs.push([before, after])
      if (isDeepStrictEqual(before, after)) break
    }
    const [before, after] = pairs.at(-1) ?? []
    expect(after).toEqual(before)
  })
})
