import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Failure } from '../../src/core/failure.ts'
import { parseManifest } from '../../src/core/manifest.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { grantsOf } from './apply-grants.ts'
import { type ApplyNamespace, applyNamespace } from './apply-namespace.ts'

let namespace: ApplyNamespace

beforeEach(async () => {
  namespace = await applyNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

/** The commands that a hint tells to type. */
const commandsOf = ({ hint }: Failure) => [...hint.matchAll(/`kubectl ([^`]+)`/g)].map(([, command]) => command ?? '')
const typed = (command: string) =>
  kubectl(...[...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''))
const get = (...parameters: string[]) => namespace.kubectl('get', ...parameters)

describe('a larger claim', () => {
  const volume = () => `enlarged-${namespace.name}`
  const expandable = (text: string) =>
    text.replace(/^( *)resources:\n *requests:\n *storage: /m, `$1storageClassName: ${volume()}\n$&`)
  const larger = (text: string) => text.replace('storage: 5Gi', 'storage: 8Gi')

  // A claim can be enlarged once it is bound; this volume is on no node, so the pod waits and needs no disk.
  beforeEach(async () => {
    const metadata = { name: volume() }
    const provisioner = 'kubernetes.io/no-provisioner'
    const nowhere = { key: 'kubernetes.io/hostname', operator: 'In', values: ['none'] }
    const spec = {
      storageClassName: volume(),
      capacity: { storage: '8Gi' },
      accessModes: ['ReadWriteOnce'],
      claimRef: { namespace: namespace.name, name: 'data-redis-0' },
      local: { path: '/none' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [nowhere] }] } }
    }
    const items = [
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, provisioner, allowVolumeExpansion: true },
      { apiVersion: 'v1', kind: 'PersistentVolume', metadata, spec }
    ]
    await kubectlWithInput(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'create', '--filename=-')
  })
  afterEach(async () => {
    await kubectl('delete', `storageclass/${volume()}`, `persistentvolume/${volume()}`, '--wait=false')
  })

  test('is refused with commands that keep the pod and enlarge the claim', async () => {
    expect((await namespace.apply({}, expandable)).failure).toBeUndefined()
    await namespace.kubectl('wait', '--for=create', 'pod/redis-0', '--timeout=120s')
    await namespace.kubectl('wait', '--for=jsonpath={.status.phase}=Bound', 'pvc/data-redis-0', '--timeout=120s')
    const pod = await get('pod', 'redis-0', '--output=jsonpath={.metadata.uid}')

    const { failure } = await namespace.apply({}, expandable, larger)
    expect(failure?.code).toBe('immutable-field')
    expect(failure?.message).toContain(
      '.spec.volumeClaimTemplates[name="data"].spec.resources.requests.storage is "5Gi", wanted: "8Gi"'
    )
    const commands = failure === undefined ? [] : commandsOf(failure)
    expect(commands).toHaveLength(2)
    for (const command of commands) await typed(command)

    expect((await namespace.apply({}, expandable, larger)).failure).toBeUndefined()
    expect(await get('pod', 'redis-0', '--output=jsonpath={.metadata.uid}')).toBe(pod)
    const size = '--output=jsonpath={.spec.resources.requests.storage}'
    expect(await get('pvc', 'data-redis-0', size)).toBe('8Gi')
  })
})

describe('a refusal of the cluster', () => {
  test('for an exceeded quota is reported together with everything else', async () => {
    await namespace.kubectl('create', 'quota', 'few', '--hard=count/services=0')
    // A quota is in force as soon as it was counted.
    await namespace.kubectl('wait', 'quota/few', '--for=jsonpath={.status.used}', '--timeout=120s')
    const unknown = (text: string) => text.replace('enableServiceLinks:', 'enableServicesLinks:')
    const { failure } = await namespace.apply({}, unknown)
    expect(failure?.code).toBe('quota-exceeded')
    expect(failure?.message).toContain('exceeded quota: few')
    expect(failure?.message).toContain('.spec.template.spec.enableServicesLinks: field not declared in schema')
  })

  test('names a duplicate field', async () => {
    const twice = (text: string) => text.replace(/^( *)- name: REDIS_ADDR\n/m, '$1- name: REDIS_ADDR\n$1  value: a\n$&')
    const { failure } = await namespace.apply({}, twice)
    expect(failure?.code).toBe('invalid-manifest')
    expect(failure?.message).toContain('.spec.template.spec.containers[name="metrics"].env: duplicate entries for key')
    const text = `{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: "1", a: "2"}}`
    expect(() => parseManifest(text)).toThrow(/keys must be unique/)
  })

  test('by a policy is reported in its words, and a warning is logged', async () => {
    await kubectl('label', 'namespace', namespace.name, 'pod-security.kubernetes.io/warn=restricted')
    const root = (text: string) => text.replace('runAsNonRoot: true', 'runAsNonRoot: false')
    const { failure, log } = await namespace.apply({}, root)
    expect(failure).toBeUndefined()
    expect(log.join('\n')).toMatch(/StatefulSet\/redis created\n {2}the API server warns: would violate PodSecurity/)
  })
})

test('for a missing permission has exactly the missing rule in its hint', async () => {
  const grants = await grantsOf(namespace.name)
  await grants.withhold('networking.k8s.io')
  const { failure } = await namespace.applyAs(grants.kubeconfig)
  expect(failure?.code).toBe('forbidden')
  expect(failure?.message).toContain('cannot get resource "networkpolicies" in API group "networking.k8s.io"')
  const [, rule = ''] = /`- (\{apiGroups[^`]+)`/.exec(failure?.hint ?? '') ?? []
  await grants.add(rule)
  expect((await namespace.applyAs(grants.kubeconfig)).failure).toBeUndefined()
})
