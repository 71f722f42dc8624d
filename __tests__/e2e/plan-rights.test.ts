import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { noteOn, type Planned, planned, told } from '../integration/planning.ts'
import { type AuditEvent, auditEvents, isDry, requiredOf } from '../support/cluster/audit-log.ts'
import { awsStandIn } from '../support/cluster/aws-stand-in.ts'
import { DeployerRole, deployerOf } from '../support/cluster/deployer-role.ts'
import { allows, describeGrant, type Grant, grantsOf, type Rule } from '../support/cluster/grants.ts'
import { identityFor } from '../support/cluster/identity.ts'
import { kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { type Planner, plannerAccount, plannerOf } from '../support/cluster/planner.ts'
import { prometheusKinds } from '../support/cluster/prometheus-kinds.ts'
import { root } from '../support/root.ts'

const { rules } = parse(readFileSync(join(root, 'manifests/rbac-planner/role.yaml'), 'utf8')) as { rules: Rule[] }
const all = grantsOf(rules)
// An ExternalSecret can be planned where its kind is installed.
const grants = all.filter(({ resource }) => resource !== 'externalsecrets' || awsStandIn() !== undefined)
const isCreate = ({ verb }: Grant) => verb === 'create'
const isList = ({ verb }: Grant) => verb === 'list'
const isClaim = ({ resource, verb }: Grant) => resource === 'persistentvolumeclaims' && verb === 'get'
const named = (some: Grant[]) => some.map((grant) => ({ name: describeGrant(grant), grant }))

const start = new Date()
let namespace: TestNamespace
let planner: Planner
let asPlanner: TestNamespace
let role: DeployerRole

beforeAll(async () => {
  namespace = await testNamespace()
  planner = await plannerOf(namespace)
  asPlanner = { ...namespace, kubeconfig: planner.kubeconfig }
  role = new DeployerRole(namespace, all, plannerAccount)
})
afterAll(async () => {
  await planner[Symbol.asyncDispose]()
  await namespace[Symbol.asyncDispose]()
})

const production = { environment: 'production' }
const password = { 'redis-password': 'another-password-1' }
const kinds: Record<string, string> = {
  configmaps: 'ConfigMap',
  externalsecrets: 'ExternalSecret',
  networkpolicies: 'NetworkPolicy',
  secrets: 'Secret',
  services: 'Service',
  statefulsets: 'StatefulSet'
}

const listedKinds: Record<string, string> = {
  ...kinds,
  cronjobs: 'CronJob',
  daemonsets: 'DaemonSet',
  deployments: 'Deployment',
  ingresses: 'Ingress',
  jobs: 'Job',
  limitranges: 'LimitRange',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  poddisruptionbudgets: 'PodDisruptionBudget',
  podmonitors: 'PodMonitor',
  prometheusrules: 'PrometheusRule',
  resourcequotas: 'ResourceQuota',
  rolebindings: 'RoleBinding',
  roles: 'Role',
  serviceaccounts: 'ServiceAccount'
}

/** Plans what the grant is for, without it: all that is missing then is one object. */
async function planWithout(grant: Grant): Promise<void> {
  await role.take(grant)
  const { verb, resource, name = 'redis-credentials' } = grant
  const writesSecret = resource === 'secrets' && verb === 'patch'
  const topology = resource === 'externalsecrets' ? production : {}
  const plan = await planned(asPlanner, { ...topology, ...(writesSecret && password) })
  const id = `${kinds[resource]}/${name}`
  // A create by POST has no name when it is authorised.
  const what = grant.name === undefined ? `${verb} ${resource}` : `${verb} ${resource}/${name}`
  expect(noteOn(plan, id)).toBe(`not checked: needs the right to ${what}`)
  expect(unchecked(plan)).toEqual([id])
  expect(plan.outputs['verdict']).toBe('planned')
  const notes = plan.result.notes?.join('\n')
  expect(notes).toContain('the Role in manifests/rbac-planner')
  expect(notes).toContain(`resources: [${resource}]`)
}

const unchecked = ({ plan }: Planned) => plan.objects.filter(({ action }) => action === 'unknown').map(({ id }) => id)

// In order: each test goes on from what the one before it left in the cluster.
describe('the planner role in an empty namespace', () => {
  test('sees that everything would be created, and may create nothing', async () => {
    const { plan } = await planned(asPlanner)
    expect(plan.sentence).toBe('6 to create')
    expect((await planned(asPlanner, password)).plan.sentence).toBe('6 to create')
    const { annotations, outputs } = await told(asPlanner)
    expect(outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'invalid-manifest', changed: 'false' })
    const said = annotations.map(({ message }) => message).join('\n')
    expect(said).toContain('redis-cache-planner may only try what it writes')
    expect(await namespace.kubectl('get', 'configmaps,services,secrets,statefulsets', '--output=name')).not.toContain(
      'redis'
    )
  })

  if (awsStandIn() !== undefined)
    test('sees the same for production', async () => {
      expect((await planned(asPlanner, production)).plan.sentence).toBe('1 to create')
    })

  test.each(named(grants.filter(isCreate)))('cannot check one object without $name', ({ grant }) => planWithout(grant))
})

describe('the planner role after a deployment', () => {
  beforeAll(async () => {
    await role.restore()
    expect((await told(namespace)).outputs['verdict']).toBe('passed')
  })

  test('sees that nothing would change, and what another password would change', async () => {
    expect((await planned(asPlanner)).plan.sentence).toBe('nothing to change')
    const { plan } = await planned(asPlanner, password)
    expect(plan.sentence).toBe('2 to change, redis-0 would restart (password)')
  })

  test('notes that the state of the claim is unknown without get persistentvolumeclaims', async () => {
    const [get] = grants.filter(isClaim)
    if (get === undefined) throw new Error('the Role does not give get persistentvolumeclaims')
    await role.take(get)
    const { result, plan } = await planned(asPlanner)
    expect(plan.sentence).toBe('nothing to change')
    expect(result.notes).toEqual([
      expect.stringMatching(
        /^Whether PersistentVolumeClaim\/data-redis-0 is being deleted was not checked: .*rbac-planner/
      )
    ])
  })

  test.each(named(grants.filter((grant) => !isCreate(grant) && !isList(grant) && !isClaim(grant))))(
    'cannot check one object without $name',
    ({ grant }) => planWithout(grant)
  )

  test('assumes no other password if the Secret must not be read', async () => {
    const [get] = grants.filter(({ resource, verb }) => resource === 'secrets' && verb === 'get')
    if (get === undefined) throw new Error('the Role does not give get secrets')
    await role.take(get)
    const plan = await planned(asPlanner, { maxmemory: '100mb' })
    expect(plan.actions).toMatchObject({ 'Secret/redis-credentials': 'unknown', 'StatefulSet/redis': 'change' })
    expect(plan.plan.restart).toEqual(['configuration'])
    await role.restore()
  })
})

describe('the planner role with leftovers', () => {
  const left = (id: string) => `${id}/left-over`
  const labels = { app: 'left-over' }
  const podSpec = { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] }
  const job = { suspend: true, template: { spec: podSpec } }
  const workload = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { ...podSpec, restartPolicy: 'Always', nodeSelector: { none: 'such' } } }
  }
  const volume = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } }
  // Nothing of it runs.
  const contents: Record<string, object> = {
    ConfigMap: { data: { a: 'b' } },
    CronJob: { spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: job } } },
    DaemonSet: { spec: workload },
    Deployment: { spec: { ...workload, replicas: 0 } },
    ExternalSecret: { spec: { secretStoreRef: { name: 'none' }, dataFrom: [{ extract: { key: 'none' } }] } },
    Ingress: { spec: { defaultBackend: { service: { name: 'none', port: { number: 1 } } } } },
    Job: { spec: job },
    LimitRange: { spec: { limits: [] } },
    NetworkPolicy: { spec: { podSelector: { matchLabels: labels } } },
    PersistentVolumeClaim: { spec: { ...volume, storageClassName: 'none' } },
    PodDisruptionBudget: { spec: { selector: { matchLabels: labels } } },
    PodMonitor: { spec: { selector: {}, podMetricsEndpoints: [] } },
    PrometheusRule: { spec: {} },
    ResourceQuota: { spec: {} },
    Role: { rules: [] },
    RoleBinding: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'left-over' } },
    Service: { spec: { ports: [{ port: 1 }] } },
    ServiceAccount: { automountServiceAccountToken: false },
    StatefulSet: { spec: { ...workload, replicas: 0 } }
  }
  const lists = grants.filter(isList)

  let monitoring: AsyncDisposable

  beforeAll(async () => {
    await role.restore()
    monitoring = await prometheusKinds()
    for (const { group, resource } of lists) {
      const kind = listedKinds[resource] ?? ''
      const apiVersion = group === '' ? 'v1' : `${group}/v1`
      const object = { apiVersion, kind, metadata: { name: 'left-over', namespace: namespace.name }, ...contents[kind] }
      const own = ['--server-side', '--field-manager=redis-cache-action', '-f', '-']
      await kubectlWithInput(JSON.stringify(object), 'apply', ...own)
    }
  })

  test('names them whatever their names', async () => {
    const { result } = await planned(asPlanner)
    expect(result.leftovers).toEqual(lists.map(({ resource }) => left(listedKinds[resource] ?? '')).toSorted())
  })

  test.each(named(lists))('does not name those of that kind without $name', async ({ grant }) => {
    await role.take(grant)
    const { result, outputs } = await planned(asPlanner)
    expect(outputs['verdict']).toBe('planned')
    expect(result.leftovers).not.toContain(left(listedKinds[grant.resource] ?? ''))
    expect(result.leftovers).toHaveLength(lists.length - 1)
  })

  afterAll(async () => {
    await role.restore()
    await monitoring[Symbol.asyncDispose]()
  })
})

describe('the planner role itself', () => {
  test('contains no duplicate rule', () => {
    const covered = all.filter((grant) => all.some((other) => other !== grant && allows(other, grant)))
    expect(covered.map(describeGrant)).toEqual([])
  })

  const log = process.env['AUDIT_LOG']
  const audited = 'is used as a whole, and for nothing but reads and dry runs'
  if (log === undefined) test.skip(`${audited} (AUDIT_LOG names no audit log)`, () => {})
  else
    test(audited, async () => {
      const events = await auditEvents(log, deployerOf(namespace, plannerAccount), start)
      const required = events.flatMap(requiredOf)
      const unused = grants.filter((grant) => !required.some((request) => allows(grant, request)))
      expect(unused.map(describeGrant)).toEqual([])
      // `kubectl auth can-i` asks in the name of the planner.
      const isQuestion = (event: AuditEvent) => event.objectRef?.resource === 'selfsubjectaccessreviews'
      const done = events.filter((event) => (event.responseStatus?.code ?? 0) < 400 && !isQuestion(event))
      expect(done.filter((event) => !isDry(event)).map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([])
      expect(done.filter(({ verb }) => verb === 'patch').length).toBeGreaterThan(0)
    })
})

test('checks nothing for an identity that may only read, without a failure', async () => {
  const metadata = { name: 'reads-only' }
  const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name }
  const subject = { kind: 'ServiceAccount', name: metadata.name, namespace: namespace.name }
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata }
  await namespace.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
  await namespace.apply({
    ...rbac,
    kind: 'Role',
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]
  })
  await namespace.apply({ ...rbac, kind: 'RoleBinding', roleRef: role, subjects: [subject] })
  const { kubeconfig } = await identityFor(namespace, metadata.name)
  const plan = await planned({ ...namespace, kubeconfig })
  expect(plan.outputs).toMatchObject({ verdict: 'planned', 'failure-code': '' })
  // The Secret need not be written, so that reading it is enough.
  expect(plan.plan.sentence).toBe('5 not checked')
  expect(plan.actions['Secret/redis-credentials']).toBe('unchanged')
  expect(noteOn(plan, 'StatefulSet/redis')).toBe('not checked: needs the right to patch statefulsets/redis')
  expect(plan.summary).toContain('manifests/rbac-planner')
  expect(plan.plan.restart).toEqual([])
})
