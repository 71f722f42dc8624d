import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type Deployment, deploy, expectClean } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { configPatch, statefulSetPatch, workspaceWith } from '../support/workspace.ts'

// Tests of faults: what fails now and then is what they look for.
jest.retryTimes(0)

// With the rights of manifests/rbac alone.
let namespace: TestNamespace

beforeEach(async () => {
  namespace = await testNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

const said = ({ annotations }: Deployment) => annotations.find(({ source }) => source === 'step')?.message ?? ''
const uid = () => namespace.kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.metadata.uid}')
const redis = '/spec/template/spec/containers/0'
const typo = { exec: { command: ['cat', '/etc/typo'] }, periodSeconds: 1 }
const token = { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'absent', key: 'token' } } }

describe('a deployment after one that left a broken pod', () => {
  test.each([
    [
      'an image that does not exist',
      statefulSetPatch({ op: 'replace', path: `${redis}/image`, value: 'docker.io/library/redis:0.0.0-missing' }),
      'image-pull'
    ],
    [
      'a redis.conf that redis-server refuses',
      configPatch('maxmemory-policy.conf', 'maxmemory-policy newest-first\n'),
      'crash-loop'
    ],
    [
      'a Secret that is not there',
      statefulSetPatch({ op: 'add', path: `${redis}/env`, value: [token] }),
      'config-error'
    ],
    [
      'a ConfigMap that is not there',
      statefulSetPatch(
        { op: 'add', path: '/spec/template/spec/volumes/-', value: { name: 'more', configMap: { name: 'absent' } } },
        { op: 'add', path: `${redis}/volumeMounts/-`, value: { name: 'more', mountPath: '/more' } }
      ),
      'config-error'
    ],
    [
      'a probe that never passes',
      statefulSetPatch({ op: 'replace', path: `${redis}/readinessProbe`, value: typo }),
      'probe-failing'
    ]
  ])('replaces it as announced and passes: %s', async (_, patch, code) => {
    await using workspace = await workspaceWith([patch])
    const inputs = { manifests: 'deploy/redis', timeout: '30s' }
    const bad = await deploy(namespace, inputs, { workspace: workspace.path })
    expect(bad.outputs['failure-code']).toBe(code)
    expect(said(bad)).toContain('the next run replaces pod redis-0 if its template has changed')
    const before = await uid()

    const good = await deploy(namespace)
    expect(good.rendered).toContain('verdict: passed')
    expect(good.rendered).toMatch(/deleted pod redis-0 of revision redis-\w+, so that the controller recreates it from/)
    expect(good.summary).toContain('deleted pod redis-0 of revision')
    expect(await uid()).not.toBe(before)
    expect(await namespace.redisCli('ping')).toBe('PONG')
    await expectClean(good, namespace)
  })
})

test('deletes nothing with recover: none, and each failure suggests the command', async () => {
  const bad = await deploy(namespace, { recover: 'none', 'redis-image': 'docker.io/library/redis:0.0.0-missing' })
  expect(bad.outputs['failure-code']).toBe('image-pull')
  const command = `\`kubectl -n ${namespace.name} delete pod redis-0\``
  expect(said(bad)).toContain(`run again, then delete the pod (recover is none): ${command}`)
  const before = await uid()
  const stuck = await deploy(namespace, { recover: 'none' })
  expect(stuck.outputs['failure-code']).toBe('stuck-revision')
  expect(said(stuck)).toContain(command)
  expect(await uid()).toBe(before)
  await namespace.kubectl('delete', 'pod', 'redis-0')
  expect((await deploy(namespace, { recover: 'none' })).outputs['verdict']).toBe('passed')
})

test('leaves the replacement of a working pod to the controller', async () => {
  expect((await deploy(namespace)).outputs['verdict']).toBe('passed')
  const next = await deploy(namespace, { maxmemory: '100mb' })
  expect(next.outputs['verdict']).toBe('passed')
  expect(next.rendered).not.toContain('deleted pod')
})
