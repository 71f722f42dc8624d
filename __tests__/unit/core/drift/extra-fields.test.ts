import { describe, expect, test } from '@jest/globals'
import { differencesOf } from '../../../../src/core/drift/differences.ts'
import { type Path, pathText } from '../../../../src/core/kubernetes/field-path.ts'
import { at, type KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { documentOf } from '../../document-of.ts'
import { changed, renderedObject } from './objects.ts'
import { ownedBy, placesOf } from './owners.ts'

const fields = (rendered: KubernetesObject, live: KubernetesObject) =>
  differencesOf(rendered, live).map(({ path }) => pathText(path))

const redis = renderedObject('StatefulSet')
const ours = { manager: 'redis-cache-action', operation: 'Apply' } as const
const applied = ownedBy(redis, ours, ...placesOf({ spec: redis['spec'] }))
const pod = ['spec', 'template', 'spec'] as const
const container = [...pod, 'containers', { name: 'redis' }] as const

/** A copy with a value at a place, whose items are named; maps on the way to it are made. */
function withField(object: KubernetesObject, place: Path, value: unknown): KubernetesObject {
  const path: (string | number)[] = []
  let copy = object
  for (const step of place) {
    const here = at(copy, ...path)
    if (here === undefined) copy = changed(copy, path, {})
    path.push(typeof step === 'object' ? indexOf(here, step) : step)
  }
  return changed(copy, path, value)
}

function indexOf(list: unknown, keys: object): number {
  const [[key, name] = ['']] = Object.entries(keys)
  return Array.isArray(list) ? list.findIndex((item) => at(item, key) === name) : -1
}

describe('a field that somebody added to a workload', () => {
  const rows: [string, string, Path, unknown][] = [
    ['a limit', 'kubectl-set', [...container, 'resources', 'limits', 'cpu'], '200m'],
    ['another identity', 'kubectl-set', [...pod, 'serviceAccountName'], 'admin'],
    [
      'a port of the node',
      'kubectl-edit',
      [...container, 'ports', { containerPort: 6379, protocol: 'TCP' }, 'hostPort'],
      6379
    ],
    ['root', 'kubectl-edit', [...container, 'securityContext', 'runAsUser'], 0],
    ['root allowed', 'kubectl-edit', [...container, 'securityContext', 'runAsNonRoot'], false],
    ['no seccomp', 'kubectl-edit', [...container, 'securityContext', 'seccompProfile', 'type'], 'Unconfined'],
    ['one process namespace', 'kubectl-edit', [...pod, 'shareProcessNamespace'], true],
    ['other DNS', 'kubectl-edit', [...pod, 'dnsConfig', 'options'], [{ name: 'ndots', value: '1' }]],
    ['another group', 'kubectl-edit', [...pod, 'securityContext', 'supplementalGroups'], [1]],
    ['no rolling update', 'kubectl-patch', ['spec', 'updateStrategy', 'type'], 'OnDelete'],
    ['no update of the first pod', 'kubectl-patch', ['spec', 'updateStrategy', 'rollingUpdate', 'partition'], 1],
    [
      'claims that go with it',
      'kubectl-patch',
      ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted'],
      'Delete'
    ],
    ['what an earlier deployment applied', 'redis-cache-action', [...pod, 'shareProcessNamespace'], true]
  ]

  test.each(rows)('is found: %s, by %s', (_, manager, place, value) => {
    const live = withField(applied, place, value)
    expect(fields(redis, ownedBy(live, { manager }, place))).toEqual([pathText(place)])
  })

  test.each(rows)('is ignored without an owner, because admission added it: %s', (_, __, place, value) => {
    expect(fields(redis, withField(applied, place, value))).toEqual([])
  })

  test('is found inside a value that was written as a whole', () => {
    const env: Path = [...pod, 'containers', { name: 'metrics' }, 'env', { name: 'REDIS_PASSWORD' }]
    const whole: Path = [...env, 'valueFrom', 'secretKeyRef']
    const place: Path = [...whole, 'fileName']
    // Of a reference, the server notes only who wrote the whole.
    const live = ownedBy(withField(redis, place, 'x'), { manager: 'kubectl-edit' }, whole)
    expect(fields(redis, live)).toContain(pathText([...env, 'valueFrom', 'secretKeyRef', 'fileName']))
    expect(fields(redis, ownedBy(live, ours, whole))).not.toContain(pathText(place))
  })
})

describe('a field that nobody added to a workload', () => {
  test('is ignored where admission fills a map that another client wrote empty', () => {
    const bare = changed(
      changed(redis, [...pod, 'securityContext'], undefined),
      [...pod, 'containers', 1, 'resources'],
      undefined
    )
    const context: Path = [...pod, 'securityContext']
    const resources: Path = [...pod, 'containers', { name: 'metrics' }, 'resources']
    const written = ownedBy(bare, { manager: 'helm' }, context, resources)
    const live = withField(
      withField(written, [...context, 'seccompProfile'], { type: 'RuntimeDefault' }),
      [...resources],
      { limits: { memory: '64Mi' } }
    )
    expect(fields(bare, live)).toEqual([])
  })

  test('is ignored for the divisor of a reference and the second name of a service account', () => {
    const item = { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } }
    const rendered = changed(
      changed(redis, [...pod, 'containers', 1, 'env'], [item]),
      [...pod, 'serviceAccount'],
      'redis'
    )
    const variable: Path = [...pod, 'containers', { name: 'metrics' }, 'env', { name: 'LIMIT' }]
    const divisor: Path = [...variable, 'valueFrom', 'resourceFieldRef', 'divisor']
    const name: Path = [...pod, 'serviceAccountName']
    const live = withField(withField(rendered, divisor, '0'), name, 'redis')
    expect(fields(rendered, ownedBy(live, { manager: 'argocd-controller' }, divisor, name))).toEqual([])
    const other = withField(rendered, name, 'admin')
    expect(fields(rendered, ownedBy(other, { manager: 'kubectl-set' }, name))).toEqual([pathText(name)])
  })

  const context: Path = [...container, 'securityContext']
  test.each<[Path, unknown]>([
    [[...pod, 'preemptionPolicy'], 'PreemptLowerPriority'],
    [[...pod, 'hostUsers'], true],
    [[...pod, 'securityContext', 'supplementalGroupsPolicy'], 'Merge'],
    [[...pod, 'securityContext', 'fsGroupChangePolicy'], 'Always'],
    [[...pod, 'securityContext', 'seLinuxChangePolicy'], 'MountOption'],
    [[...context, 'procMount'], 'Default'],
    [[...context, 'allowPrivilegeEscalation'], true],
    [[...container, 'volumeMounts', { mountPath: '/data' }, 'mountPropagation'], 'None'],
    [[...container, 'volumeMounts', { mountPath: '/data' }, 'recursiveReadOnly'], 'Disabled'],
    [
      [...container, 'resizePolicy'],
      ['cpu', 'memory'].map((resourceName) => ({ resourceName, restartPolicy: 'NotRequired' }))
    ]
  ])('is ignored where a chart wrote a default explicitly: %j %j', (place, value) => {
    const rendered = changed(
      changed(redis, [...pod, 'containers', 0, 'securityContext'], {}),
      [...pod, 'securityContext'],
      {}
    )
    const live = withField(rendered, place, value)
    expect(fields(rendered, ownedBy(live, { manager: 'helm' }, place))).toEqual([])
  })

  test('is ignored for requests that are the limits, and found for others', () => {
    const rendered = changed(redis, [...pod, 'containers', 0, 'resources'], { limits: { cpu: '1', memory: '1Gi' } })
    const requests: Path = [...container, 'resources', 'requests']
    const live = (memory: string) =>
      ownedBy(
        withField(rendered, requests, { cpu: '1000m', memory }),
        { manager: 'helm' },
        [...requests, 'cpu'],
        [...requests, 'memory']
      )
    expect(fields(rendered, live('1024Mi'))).toEqual([])
    expect(fields(rendered, live('512Mi'))).toEqual([pathText([...requests, 'memory'])])
  })

  test('is ignored for one more resource that is resized as usual, and found for one with a restart', () => {
    const policy: Path = [...container, 'resizePolicy']
    const item = (resourceName: string, restartPolicy = 'NotRequired') => ({ resourceName, restartPolicy })
    const rendered = withField(redis, policy, [item('cpu')])
    const live = (memory: object) => ownedBy(withField(rendered, policy, [item('cpu'), memory]), ours, policy)
    expect(fields(rendered, live(item('memory')))).toEqual([])
    expect(fields(rendered, live(item('memory', 'RestartContainer')))).toHaveLength(1)
  })

  test('is ignored for the explicit defaults of a toleration and of a spread', () => {
    const rendered = withField(
      withField(redis, [...pod, 'tolerations'], [{ key: 'spot', value: 'yes' }]),
      [...pod, 'topologySpreadConstraints'],
      [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }]
    )
    const places: [Path, unknown][] = [
      [[...pod, 'tolerations', { key: 'spot' }, 'operator'], 'Equal'],
      [[...pod, 'topologySpreadConstraints', { topologyKey: 'zone' }, 'minDomains'], 1],
      [[...pod, 'topologySpreadConstraints', { topologyKey: 'zone' }, 'nodeAffinityPolicy'], 'Honor'],
      [[...pod, 'topologySpreadConstraints', { topologyKey: 'zone' }, 'nodeTaintsPolicy'], 'Ignore']
    ]
    const live = places.reduce((object, [place, value]) => withField(object, place, value), rendered)
    expect(
      fields(rendered, ownedBy(live, { manager: 'helm' }, [...pod, 'tolerations'], ...places.map(([p]) => p)))
    ).toEqual([])
  })

  /** As Kubernetes 1.36 completes it. */
  const defaults: [Path, unknown][] = [
    [['spec', 'persistentVolumeClaimRetentionPolicy'], { whenDeleted: 'Retain', whenScaled: 'Retain' }],
    [['spec', 'podManagementPolicy'], 'OrderedReady'],
    [['spec', 'revisionHistoryLimit'], 10],
    [['spec', 'updateStrategy'], { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }],
    [[...pod, 'dnsPolicy'], 'ClusterFirst'],
    [[...pod, 'restartPolicy'], 'Always'],
    [[...pod, 'schedulerName'], 'default-scheduler'],
    [[...pod, 'volumes', { name: 'config' }, 'configMap', 'defaultMode'], 420],
    [[...container, 'imagePullPolicy'], 'IfNotPresent'],
    [[...container, 'livenessProbe', 'successThreshold'], 1],
    [[...container, 'ports', { containerPort: 6379 }, 'protocol'], 'TCP'],
    [[...container, 'terminationMessagePath'], '/dev/termination-log'],
    [[...container, 'terminationMessagePolicy'], 'File'],
    [[...pod, 'containers', { name: 'metrics' }, 'livenessProbe', 'httpGet', 'scheme'], 'HTTP']
  ]
  const completed = defaults.reduce((object, [place, value]) => withField(object, place, value), redis)
  const claim = ['spec', 'volumeClaimTemplates', 0]
  const stored = [
    [[...claim, 'kind'], 'PersistentVolumeClaim'],
    [[...claim, 'apiVersion'], 'v1'],
    [[...claim, 'status'], { phase: 'Pending' }],
    [[...claim, 'spec', 'volumeMode'], 'Filesystem']
  ].reduce((object, [path, value]) => changed(object, path as string[], value), completed)

  test.each([
    ['it was applied', ownedBy(stored, ours, ...placesOf({ spec: redis['spec'] }))],
    ['it was created, and who did so owns every default', ownedBy(stored, { manager: 'kubectl-create' }, ...all())],
    [
      'it was created so, and taken over',
      ownedBy(ownedBy(stored, { manager: 'helm' }, ...all()), ours, ...placesOf({ spec: redis['spec'] }))
    ],
    ['nothing is noted of owners', stored]
  ])('is ignored: %s', (_, live) => {
    expect(fields(redis, live)).toEqual([])
  })

  function all(): Path[] {
    return placesOf({ spec: stored['spec'] })
  }

  test('is ignored if it is the annotation of a restart', () => {
    const mark = ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt']
    const live = changed(applied, mark, '2026-11-23T02:10:00Z')
    expect(fields(redis, ownedBy(live, { manager: 'kubectl-rollout' }, mark))).toEqual([])
  })

  test.each<[string, Path, unknown, Parameters<typeof ownedBy>[1]]>([
    ['replicas that are left to others', ['spec', 'replicas'], 3, { manager: 'keda' }],
    ['the old name of a field', [...pod, 'serviceAccount'], 'redis', { manager: 'kubectl-set' }],
    ['what a controller writes', ['spec', 'paused'], true, { manager: 'controller', subresource: 'scale' }]
  ])('is ignored: %s', (_, place, value, owner) => {
    const { replicas: __, ...spec } = Object(redis['spec'])
    const rendered = { ...redis, spec }
    expect(fields(rendered, ownedBy(withField(rendered, place, value), owner, place))).toEqual([])
  })

  test('is ignored in another kind, whose controllers may own fields', () => {
    const place = ['spec', 'loadBalancerIP']
    const service = renderedObject('Service')
    const live = ownedBy(withField(service, place, '10.0.0.1'), { manager: 'kube-vip-cloud-provider' }, place)
    expect(fields(service, live)).toEqual([])
  })
})

describe('an extra field of an ExternalSecret', () => {
  const item = (more = '', remote = '') => `[{secretKey: a, remoteRef: {key: k, property: p${remote}}${more}}]`
  const secret = (spec: string) =>
    documentOf(`apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {${spec}}`).object
  const rendered = secret(`refreshInterval: 1h, target: {name: a}, data: ${item()}`)

  test.each([
    ['a template', `target: {name: a, template: {data: {url: x}}}, data: ${item()}`, ['.spec.target.template']],
    ['an immutable Secret', `target: {name: a, immutable: true}, data: ${item()}`, ['.spec.target.immutable']],
    [
      'a Secret with another owner',
      `target: {name: a, creationPolicy: Merge}, data: ${item()}`,
      ['.spec.target.creationPolicy']
    ],
    ['more data', `target: {name: a}, data: ${item()}, dataFrom: [{extract: {key: k}}]`, ['.spec.dataFrom']],
    ['no more syncs', `target: {name: a}, data: ${item()}, refreshPolicy: CreatedOnce`, ['.spec.refreshPolicy']],
    [
      'an old version',
      `target: {name: a}, data: ${item('', ', version: "1"')}`,
      ['.spec.data[secretKey="a"].remoteRef.version']
    ],
    [
      'another store',
      `target: {name: a}, data: ${item(', sourceRef: {storeRef: {name: b}}')}`,
      ['.spec.data[secretKey="a"].sourceRef']
    ],
    [
      'no default at all',
      `target: {name: a, creationPolicy: Owner, deletionPolicy: Retain}, refreshPolicy: Periodic, data: ${item(
        '',
        ', conversionStrategy: Default, decodingStrategy: None, metadataPolicy: None'
      )}`,
      []
    ]
  ])('is judged by its meaning: %s', (_, spec, paths) => {
    expect(fields(rendered, secret(`refreshInterval: 1h0m0s, ${spec}`))).toEqual(paths)
  })

  test('is found in a target that is not rendered', () => {
    const live = secret(`target: {creationPolicy: Owner, deletionPolicy: Delete}, data: ${item()}`)
    expect(fields(secret(`data: ${item()}`), live)).toEqual(['.spec.target.deletionPolicy'])
  })
})
