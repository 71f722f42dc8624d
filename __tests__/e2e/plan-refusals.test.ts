import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { noteOn, type Planned, planned, told } from '../integration/planning.ts'
import { expectNoSecret } from '../support/captured.ts'
import { expectClean } from '../support/cluster/deploy.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { type Commit, checkedOut, committed, jsonPatch, merge } from './repository.ts'

let namespace: TestNamespace
/** The same as the administrator, who may do what the Role of the deployer does not give. */
let admin: TestNamespace

beforeAll(async () => {
  namespace = await testNamespace()
  admin = { ...namespace, kubeconfig: process.env['KUBECONFIG'] ?? '' }
  expect((await told(namespace)).outputs['verdict']).toBe('passed')
})
afterAll(async () => namespace[Symbol.asyncDispose]())

/** Plans the manifests of base with a change. */
async function planOf(commit: Commit, inputs: Record<string, string> = {}, place = admin): Promise<Planned> {
  await using workspace = await checkedOut(committed({ inputs, patches: {}, objects: {} }, commit))
  return await planned(place, { manifests: 'deploy/redis', ...inputs }, { workspace: workspace.path })
}

const said = ({ annotations }: Planned) =>
  annotations
    .filter(({ source }) => source === 'step')
    .map(({ message }) => message)
    .join('\n')
const codeOf = ({ outputs }: Planned) => outputs['failure-code']

describe('a plan with a missing prerequisite', () => {
  const absent = () => ({ ...admin, name: `absent-${randomBytes(4).toString('hex')}` })

  test('notes that nothing can be checked without the namespace', async () => {
    const place = absent()
    const plan = await planned(place)
    expect(plan.outputs).toMatchObject({ verdict: 'planned', 'failure-code': '', changed: '' })
    expect(plan.plan.sentence).toBe('6 not checked')
    expect(noteOn(plan, 'StatefulSet/redis')).toBe(`cannot be checked before namespace ${place.name} exists`)
    expect(plan.result.notes?.join()).toContain(`A deployment would fail: namespace ${place.name} does not exist.`)
  })

  test('passes if a deployment would create the namespace', async () => {
    const place = absent()
    const plan = await planned(place, { 'create-namespace': 'true' })
    expect(plan.outputs).toMatchObject({ verdict: 'planned', changed: 'true', created: '1' })
    expect(plan.plan.sentence).toBe('1 to create, 6 not checked')
    expect(plan.actions[`Namespace/${place.name}`]).toBe('create')
    expect(plan.result.notes).toBeUndefined()
    expect(await kubectl('get', 'namespaces', '--output=name')).not.toContain(place.name)
  })

  test('passes if the manifests contain the namespace', async () => {
    const place = absent()
    const metadata = { name: place.name }
    const plan = await planOf({ objects: { own: { apiVersion: 'v1', kind: 'Namespace', metadata } } }, {}, place)
    expect(plan.plan.sentence).toBe('1 to create, 6 not checked')
    expect(plan.result.notes).toBeUndefined()
  })

  test.each(['false', 'true'])('notes a namespace that is being deleted, with create-namespace: %s', async (made) => {
    const place = absent()
    const metadata = { name: 'holds-it', namespace: place.name, finalizers: ['example.com/never'] }
    await kubectl('create', 'namespace', place.name)
    await kubectlWithInput(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }), 'create', '-f', '-')
    await kubectl('delete', 'namespace', place.name, '--wait=false')
    try {
      const plan = await planned(place, { 'create-namespace': made })
      expect(plan.outputs).toMatchObject({ verdict: 'planned', 'failure-code': '' })
      const note = `cannot be checked while namespace ${place.name} is being deleted`
      expect(noteOn(plan, 'StatefulSet/redis')).toBe(note)
      expect(plan.result.notes).toEqual([
        expect.stringMatching(
          /^A deployment would fail: .* is being terminated\. Next: wait until the namespace is gone: /
        )
      ])
    } finally {
      const nobody = '{"metadata":{"finalizers":null}}'
      await kubectl('-n', place.name, 'patch', 'configmap', 'holds-it', '--type=merge', '-p', nobody)
    }
  })

  test('checks the rest without the permission to create namespaces', async () => {
    const plan = await planned(namespace, { 'create-namespace': 'true' })
    expect(plan.outputs['verdict']).toBe('planned')
    expect(plan.plan.sentence).toBe('1 not checked')
    expect(noteOn(plan, `Namespace/${namespace.name}`)).toBe('not checked: needs the right to create namespaces')
    expect(plan.actions['StatefulSet/redis']).toBe('unchanged')
    expect(plan.result.notes?.join()).toContain('in a ClusterRole: `- {apiGroups: [""], resources: [namespaces]')
  })

  test('checks the rest without the kind of an object', async () => {
    const monitor = {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: { name: 'redis' },
      spec: {}
    }
    const plan = await planOf({ objects: { monitor } })
    expect(plan.outputs['verdict']).toBe('planned')
    expect(plan.actions).toMatchObject({ 'PodMonitor/redis': 'unknown', 'StatefulSet/redis': 'unchanged' })
    expect(noteOn(plan, 'PodMonitor/redis')).toMatch(/^cannot be checked before its kind is installed: .*PodMonitor/)
    expect(plan.result.notes?.join()).toMatch(/^A deployment would fail: PodMonitor\/redis cannot be sent/)
  })

  test.each([
    ['policy/v1', 'PodDisruptionBudgets'],
    ['networking.k8s.io/v1', 'NetworkPolcy'],
    ['networking.k8s.io/v1beta1', 'Ingress'],
    ['coordination.k8s.io/v1', 'Leese']
  ])('fails for a kind that cannot be installed, because %s has no %s', async (apiVersion, kind) => {
    const plan = await planOf({ objects: { it: { apiVersion, kind, metadata: { name: 'redis' } } } })
    expect(codeOf(plan)).toBe('invalid-manifest')
    expect(plan.actions[`${kind}/redis`]).toBe('refused')
  })
})

describe('a plan that the API server refuses', () => {
  test.each([
    [
      'the size of the claim',
      { inputs: { 'storage-size': '6Gi' } },
      /volumeClaimTemplates\[name="data"\]\.spec\.resources\.requests\.storage is "5Gi", wanted: "6Gi"/,
      /to enlarge the volume and keep its data, run `kubectl .* patch persistentvolumeclaim data-redis-0/
    ],
    [
      'the storage class',
      { inputs: { 'storage-class': 'another' } },
      /storageClassName is ("standard"|nothing), wanted: "another"/,
      /delete the StatefulSet without its pod, `kubectl .* --cascade=orphan`/
    ],
    [
      'the governing Service',
      { patches: { service: merge('StatefulSet/redis', { spec: { serviceName: 'redis' } }) } },
      /\.spec\.serviceName is "redis-headless", wanted: "redis"/,
      /restore the old value/
    ],
    [
      'the selector',
      {
        patches: {
          selector: merge('StatefulSet/redis', {
            spec: {
              selector: { matchLabels: { team: 'erp' } },
              template: { metadata: { labels: { team: 'erp' } } }
            }
          })
        }
      },
      /\.spec\.selector\.matchLabels\.team is nothing, wanted: "erp"/,
      /delete the StatefulSet with its pod and run again/
    ]
  ])('fails for an immutable field with the commands: %s', async (_, commit: Commit, sentence, recipe) => {
    const plan = await planOf(commit, commit.inputs as Record<string, string>)
    expect(plan.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'immutable-field' })
    expect(plan.actions['StatefulSet/redis']).toBe('refused')
    expect(plan.plan.restart).toEqual([])
    expect(said(plan)).toMatch(sentence)
    expect(said(plan)).toMatch(recipe)
    expect(plan.summary).toMatch(/^### ❌ This would fail: `immutable-field`/)
  })

  test('fails for a quota', async () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'one' },
      spec: { hard: { 'count/configmaps': '2' } }
    }
    await namespace.apply(quota)
    await namespace.kubectl('wait', 'resourcequota/one', '--for=jsonpath={.status.used}', '--timeout=60s')
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } }
    const plan = await planOf({ objects: { settings } })
    await namespace.kubectl('delete', 'resourcequota', 'one')
    expect(codeOf(plan)).toBe('quota-exceeded')
    expect(plan.actions).toMatchObject({ 'ConfigMap/settings': 'refused', 'StatefulSet/redis': 'unchanged' })
  })

  test('fails for a policy of the cluster', async () => {
    const name = `plan-${namespace.name}`
    const [group, apiVersion] = ['admissionregistration.k8s.io', 'admissionregistration.k8s.io/v1']
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['services'] }
    const validations = [{ expression: "object.spec.type == 'ClusterIP'", message: 'no Service may be exposed' }]
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace.name } }
    const documents = [
      {
        kind: 'ValidatingAdmissionPolicy',
        spec: { matchConstraints: { resourceRules: [rule] }, validations }
      },
      {
        kind: 'ValidatingAdmissionPolicyBinding',
        spec: { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector } }
      }
    ].map((document) => JSON.stringify({ apiVersion, ...document, metadata: { name } }))
    const exposed = { patches: { type: merge('Service/redis', { spec: { type: 'NodePort' } }) } }
    try {
      await kubectlWithInput(documents.join('\n'), 'apply', '--filename=-')
      // The API server learns of a policy a moment after it has stored it.
      let plan = await planOf(exposed)
      for (let attempt = 1; codeOf(plan) === '' && attempt <= 30; attempt++) plan = await planOf(exposed)
      expect(codeOf(plan)).toBe('invalid-manifest')
      expect(plan.actions['Service/redis']).toBe('refused')
      expect(said(plan)).toContain('no Service may be exposed')
    } finally {
      const kinds = ['validatingadmissionpolicies', 'validatingadmissionpolicybindings']
      await kubectl('delete', kinds.map((kind) => `${kind}.${group}`).join(), name, '--ignore-not-found')
    }
  })

  test('shows the warning of Pod Security, which does not refuse a StatefulSet', async () => {
    await kubectl('label', 'namespace', namespace.name, 'pod-security.kubernetes.io/warn=restricted')
    const securityContext = { allowPrivilegeEscalation: true }
    const redis = { name: 'redis', securityContext }
    const pod = { spec: { template: { spec: { containers: [redis] } } } }
    const plan = await planOf({ patches: { pod: merge('StatefulSet/redis', pod) } })
    expect(plan.outputs['verdict']).toBe('planned')
    expect(noteOn(plan, 'StatefulSet/redis')).toMatch(/the API server warns: would violate PodSecurity "restricted/)
    expect(plan.summary).toContain('would violate PodSecurity')
  })

  test('names two refusals at once', async () => {
    const name = jsonPatch('Service/redis', { op: 'replace', path: '/spec/ports/0/name', value: 'NOT A NAME' })
    const plan = await planOf({ patches: { name } }, { 'storage-size': '6Gi' })
    expect(plan.plan.sentence).toBe('2 refused')
    expect(said(plan)).toMatch(/cannot apply Service\/redis .*NOT A NAME.* Also: cannot apply StatefulSet\/redis/s)
  })
})

describe('a plan with a field of another client', () => {
  beforeAll(() => namespace.kubectl('label', 'service', 'redis', '--overwrite', 'app.kubernetes.io/component=other'))
  afterAll(() => told(namespace, { 'force-conflicts': 'true' }))

  test('fails for another value, and names both', async () => {
    const plan = await planned(namespace)
    expect(plan.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'field-conflict' })
    expect(plan.actions).toMatchObject({ 'Service/redis': 'refused', 'StatefulSet/redis': 'unchanged' })
    expect(said(plan)).toContain(
      '"kubectl-label" owns .metadata.labels.app.kubernetes.io/component with the value "other", wanted: "cache"'
    )
  })

  test('names the manager of a takeover, and takes nothing over', async () => {
    const plan = await planned(namespace, { 'force-conflicts': 'true' })
    expect(plan.outputs['verdict']).toBe('planned')
    expect(noteOn(plan, 'Service/redis')).toBe(
      'would take .metadata.labels.app.kubernetes.io/component over from kubectl-label'
    )
    const label = '--output=jsonpath={.metadata.labels.app\\.kubernetes\\.io/component}'
    expect(await namespace.kubectl('get', 'service', 'redis', label)).toBe('other')
  })
})

test('promises no restart for a pod that a partition keeps', async () => {
  const strategy = merge('StatefulSet/redis', { spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } })
  const plan = await planOf({ patches: { strategy } }, { maxmemory: '100mb' })
  expect(plan.plan.restart).toEqual([])
  expect(noteOn(plan, 'StatefulSet/redis')).toBe(
    'configuration changed; redis-0 would not be replaced because of partition 1: a deployment would fail with stuck-revision'
  )
})

describe('a plan with leftovers', () => {
  test('names one of the manifests of the action', async () => {
    const gone = { $patch: 'delete', kind: 'NetworkPolicy', metadata: { name: 'redis' } }
    const target = { kind: 'NetworkPolicy', name: 'redis' }
    const plan = await planOf({ patches: { gone: { target, patch: JSON.stringify(gone) } } })
    expect(plan.outputs['verdict']).toBe('planned')
    expect(plan.result.leftovers).toEqual(['NetworkPolicy/redis'])
    expect(plan.summary).toContain('Left over from an earlier deployment: `NetworkPolicy/redis`')
  })

  test('names all objects of a self-hosted Redis where the cache becomes managed', async () => {
    const plan = await planned(admin, { environment: 'production' })
    expect(plan.outputs['topology']).toBe('managed')
    expect(plan.result.leftovers?.toSorted()).toEqual([
      'ConfigMap/redis-config',
      'NetworkPolicy/redis',
      'Service/redis',
      'Service/redis-headless',
      'StatefulSet/redis'
    ])
  })
})

test('shows no value of a changed Secret in any byte', async () => {
  const password = randomBytes(18).toString('base64')
  const plan = await planned(namespace, { 'redis-password': password })
  expect(plan.actions['Secret/redis-credentials']).toBe('change')
  expect(plan.plan.restart).toEqual(['password'])
  await expectClean(plan, namespace, password, encodeURIComponent(password))
  // The mark of the password in the pod template is a hash with a key; it says that there is another one, and no more.
  const mark = '--output=jsonpath={.spec.template.metadata.annotations.redis-cache-action/password}'
  expectNoSecret(plan.captured, [await namespace.kubectl('get', 'statefulset', 'redis', mark)])
  expect(plan.captured).toContain('password: (changed, not shown)')
})
