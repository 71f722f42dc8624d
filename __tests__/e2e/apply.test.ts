import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { at, listAt } from '../../src/core/kubernetes/object.ts'
import { type ApplyNamespace, applyNamespace } from './apply-namespace.ts'

let namespace: ApplyNamespace

beforeEach(async () => {
  namespace = await applyNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

const label = (text: string) => text.replace(/^metadata:\n/m, '$&  annotations: {example.com/team: cache}\n')
const managers = async (kind: string, name: string) =>
  listAt(await namespace.stored(kind, name), 'metadata', 'managedFields')
    .filter((entry) => at(entry, 'subresource') === undefined)
    .map((entry) => `${at(entry, 'manager')} ${at(entry, 'operation')}`)
const patch = (kind: string, name: string, change: object, manager: string) =>
  namespace.kubectl(
    'patch',
    kind,
    name,
    '--type=merge',
    `--patch=${JSON.stringify(change)}`,
    `--field-manager=${manager}`
  )

/** Everything was accepted, and another run changes nothing. */
async function expectSettled(): Promise<void> {
  const { failure, objects } = await namespace.apply()
  expect(failure).toBeUndefined()
  expect(objects.filter(({ change }) => change !== 'unchanged')).toEqual([])
}

describe('an object of another client with the same values', () => {
  test.each([
    ['kubectl-create', ['create']],
    ['kubectl-client-side-apply', ['apply']],
    ['helm', ['create', '--field-manager=helm']],
    ['flux', ['apply', '--server-side', '--field-manager=flux']]
  ])('is taken over without a conflict: %s', async (manager, command) => {
    await namespace.pipe(...command)
    const { failure, objects } = await namespace.apply()
    expect(failure).toBeUndefined()
    const note = expect.stringContaining(`taken over from ${manager}`)
    expect(objects).toContainEqual({ id: 'StatefulSet/redis', change: 'configured', note })
    expect(await managers('statefulset', 'redis')).toContain('redis-cache-action Apply')
    await expectSettled()
  })

  test('removes a field that kubectl apply owned and that is no longer rendered', async () => {
    await namespace.pipe('apply')
    expect((await namespace.apply({}, label)).failure).toBeUndefined()
    expect(await managers('service', 'redis')).toEqual(['redis-cache-action Apply'])
    const withoutSelector = (text: string) => text.replace('    app.kubernetes.io/component: cache\n', '')
    expect((await namespace.apply({}, withoutSelector)).failure).toBeUndefined()
    const service = await namespace.stored('service', 'redis')
    expect(service.metadata.annotations).toBeUndefined()
    expect(service.metadata.labels).not.toHaveProperty(['app.kubernetes.io/component'])
  })
})

describe('a field of another client with another value', () => {
  test('is reported as a conflict until it is forced', async () => {
    await namespace.apply()
    await namespace.kubectl('scale', 'statefulset', 'redis', '--replicas=2')
    await patch('service', 'redis', { spec: { selector: { team: 'x' } } }, 'kubectl-edit')
    await patch('configmap', 'redis-config', { data: { 'maxmemory.conf': 'maxmemory 1gb\n' } }, 'kubectl-patch')
    const { failure, objects } = await namespace.apply()
    expect(failure).toMatchObject({ code: 'field-conflict', hint: expect.stringContaining('force-conflicts: true') })
    expect(failure?.message).toContain('"kubectl (scale)" owns .spec.replicas with the value 2, wanted: 1')
    expect(failure?.message).toContain('"kubectl-patch" owns .data.maxmemory.conf with the value "maxmemory 1gb\\n"')
    expect(failure?.message).toContain('"kubectl-edit" owns .spec.selector with the value {')
    expect(objects.some(({ id }) => id === 'StatefulSet/redis')).toBe(false)

    const forced = await namespace.apply({ forceConflicts: true })
    expect(forced.failure).toBeUndefined()
    const note = expect.stringContaining('took .spec.replicas over from kubectl (scale)')
    expect(forced.objects).toContainEqual({ id: 'StatefulSet/redis', change: 'configured', note })
    await expectSettled()
  })

  test('is no conflict with the same value', async () => {
    await namespace.apply()
    await namespace.kubectl('scale', 'statefulset', 'redis', '--replicas=2')
    await namespace.kubectl('scale', 'statefulset', 'redis', '--replicas=1')
    const { failure, objects } = await namespace.apply()
    expect(failure).toBeUndefined()
    expect(objects).toContainEqual({ id: 'StatefulSet/redis', change: 'configured', note: 'all values as before' })
    await expectSettled()
  })

  test('is not shown if it is a credential', async () => {
    await namespace.apply()
    const data = { password: Buffer.from('somebody-elses').toString('base64') }
    await patch('secret', 'redis-credentials', { data }, 'kubectl-edit')
    const { failure } = await namespace.apply({ redisPassword: 'wanted' })
    expect(failure?.code).toBe('field-conflict')
    expect(failure?.message).toContain('"kubectl-edit" owns .data.password with a different value (not shown)')
  })
})
