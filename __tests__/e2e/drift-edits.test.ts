import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parseManifest } from '../../src/core/manifest.ts'
import { awsStandIn } from '../support/cluster/aws-stand-in.ts'
import { kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { root } from '../support/root.ts'
import { comparing } from './comparing.ts'

let namespace: TestNamespace

beforeAll(async () => {
  namespace = await testNamespace()
})
afterAll(async () => namespace[Symbol.asyncDispose]())

const read = (file: string) => readFileSync(join(root, 'manifests', file), 'utf8')

async function applied(manifest: string): Promise<() => Promise<string[]>> {
  const documents = parseManifest(manifest)
  const manager = ['--server-side', '--field-manager', 'redis-cache-action']
  await kubectlWithInput(manifest, '--namespace', namespace.name, 'apply', ...manager, '-f', '-')
  const time = / at \d{4}-[^)]+\)/
  return async () => (await comparing(documents, namespace.name)).map((line) => line.replace(time, ')')).sort()
}

const jsonPatch = (object: string, ...places: [path: string, value: unknown][]) => {
  const operations = places.map(([path, value]) => ({ op: 'add', path: `/spec/${path}`, value }))
  return namespace.kubectl('patch', object, '--type=json', `--patch=${JSON.stringify(operations)}`)
}

describe('a kubectl edit of a StatefulSet', () => {
  const redis = 'statefulset/redis'
  const pod = '.spec.template.spec'
  const container = `${pod}.containers[name="redis"]`
  const said = (field: string, value: string, manager: string) =>
    `StatefulSet/redis: ${field} is ${value} but is not rendered (written by ${manager})`

  test('is reported, except for a restart and for defaults', async () => {
    const differing = await applied(read('base/redis-statefulset.yaml').replace('replicas: 1', 'replicas: 0'))
    await namespace.kubectl('rollout', 'restart', redis)
    await namespace.kubectl('annotate', redis, 'example.com/a=b')
    await jsonPatch(redis, ['updateStrategy', { type: 'OnDelete' }])
    expect(await differing()).toEqual([said('.spec.updateStrategy.type', '"OnDelete"', 'kubectl-patch')])

    const strategy = { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }
    await jsonPatch(redis, ['updateStrategy', strategy], ['template/spec/dnsPolicy', 'ClusterFirst'])
    expect(await differing()).toEqual([])

    await namespace.kubectl('set', 'resources', redis, '--containers=redis', '--limits=cpu=200m')
    await namespace.kubectl('set', 'serviceaccount', redis, 'admin')
    await jsonPatch(
      redis,
      ['updateStrategy/rollingUpdate/partition', 1],
      ['template/spec/shareProcessNamespace', true],
      ['template/spec/dnsConfig', { options: [{ name: 'ndots', value: '1' }] }],
      ['template/spec/securityContext/supplementalGroups', [1]],
      ['template/spec/containers/0/ports/0/hostPort', 6379],
      ['template/spec/containers/0/securityContext/runAsUser', 0],
      ['template/spec/containers/0/securityContext/runAsNonRoot', false],
      ['template/spec/containers/0/securityContext/seccompProfile', { type: 'Unconfined' }]
    )
    const port = `${container}.ports[containerPort=6379,protocol="TCP"].hostPort`
    expect(await differing()).toEqual(
      [
        said('.spec.updateStrategy.rollingUpdate.partition', '1', 'kubectl-patch'),
        said(`${pod}.dnsConfig.options`, 'present', 'kubectl-patch'),
        said(`${pod}.securityContext.supplementalGroups`, 'present', 'kubectl-patch'),
        said(`${pod}.serviceAccountName`, '"admin"', 'kubectl-set'),
        said(`${pod}.shareProcessNamespace`, 'true', 'kubectl-patch'),
        said(`${container}.resources.limits.cpu`, '"200m"', 'kubectl-set'),
        said(`${container}.securityContext.runAsNonRoot`, 'false', 'kubectl-patch'),
        said(`${container}.securityContext.runAsUser`, '0', 'kubectl-patch'),
        said(`${container}.securityContext.seccompProfile.type`, '"Unconfined"', 'kubectl-patch'),
        said(port, '6379', 'kubectl-patch')
      ].sort()
    )
  })
})

const withOperator = awsStandIn() === undefined ? test.skip : test

withOperator('a kubectl edit of an ExternalSecret is reported', async () => {
  const differing = await applied(read('overlays/production/redis-external-secret.yaml'))
  expect(await differing()).toEqual([])
  await jsonPatch(
    'externalsecret/redis-credentials',
    ['dataFrom', [{ extract: { key: 'a' } }]],
    ['refreshPolicy', 'CreatedOnce'],
    ['target/creationPolicy', 'Merge'],
    ['target/immutable', true],
    ['target/template', { data: { url: 'x' } }],
    ['data/0/remoteRef/version', '1'],
    ['data/1/sourceRef', { storeRef: { name: 'b' } }]
  )
  const said = (field: string, value: string) =>
    `ExternalSecret/redis-credentials: ${field} is ${value} but is not rendered (written by kubectl-patch)`
  expect(await differing()).toEqual(
    [
      said('.spec.data[secretKey="host"].remoteRef.version', '"1"'),
      said('.spec.data[secretKey="port"].sourceRef', 'present'),
      said('.spec.dataFrom', 'present'),
      said('.spec.refreshPolicy', '"CreatedOnce"'),
      said('.spec.target.creationPolicy', '"Merge"'),
      said('.spec.target.immutable', 'true'),
      said('.spec.target.template', 'present')
    ].sort()
  )
})
