import { describe, expect, test } from '@jest/globals'
import { type Difference, differencesOf } from '../../../../src/core/drift/differences.ts'
import { pathText } from '../../../../src/core/kubernetes/field-path.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { documentOf } from '../../document-of.ts'
import { changed, renderedObject } from './objects.ts'

const at = ({ path }: Difference) => pathText(path)
const container = ['spec', 'template', 'spec', 'containers', 0] as const
const redis = '.spec.template.spec.containers[name="redis"]'
const statefulSet = renderedObject('StatefulSet')

/** An object of any kind with this content, as it is rendered or as it lives. */
function object(kind: string, yaml: string): KubernetesObject {
  return documentOf(`apiVersion: v1\nkind: ${kind}\nmetadata: {name: a}\n${yaml}`).object
}

const differing = (kind: string, rendered: string, live: string) =>
  differencesOf(object(kind, rendered), object(kind, live)).map(at)

describe('equivalent content', () => {
  test.each<[string, string, string, string]>([
    [
      'fields that only the live object has',
      'Service',
      'spec: {type: ClusterIP}',
      'spec: {type: ClusterIP, clusterIP: 10.0.0.1}'
    ],
    ['a quantity', 'Pod', 'a: {limits: {cpu: 0.1, memory: 1Gi}}', 'a: {limits: {cpu: 100m, memory: 1024Mi}}'],
    ['a size limit', 'Pod', 'emptyDir: {sizeLimit: 0.5Gi}', 'emptyDir: {sizeLimit: 512Mi}'],
    ['a quantity as a number', 'Pod', 'a: {requests: {cpu: 1}}', 'a: {requests: {cpu: "1"}}'],
    ['a number as text', 'Service', 'spec: {targetPort: "80"}', 'spec: {targetPort: 80}'],
    ['a duration', 'ExternalSecret', 'spec: {refreshInterval: 1h}', 'spec: {refreshInterval: 1h0m0s}'],
    ['a duration in a fraction', 'ExternalSecret', 'spec: {refreshInterval: 1.5h}', 'spec: {refreshInterval: 1h30m0s}'],
    ['a duration below 0', 'ExternalSecret', 'spec: {refreshInterval: -1h}', 'spec: {refreshInterval: -1h0m0s}'],
    ['a duration of nothing', 'ExternalSecret', 'spec: {refreshInterval: "0"}', 'spec: {refreshInterval: 0s}'],
    ['an octal mode', 'Pod', 'defaultMode: 0440', 'defaultMode: 288'],
    ['null for nothing', 'Pod', 'spec: {a: null, creationTimestamp: null}', 'spec: {}'],
    ['null for a default', 'Pod', 'spec: {a: null}', 'spec: {a: 1}'],
    ['an empty map', 'Deployment', 'spec: {strategy: {}, nodeSelector: {}}', 'spec: {}'],
    ['an empty list', 'NetworkPolicy', 'spec: {podSelector: {}, ingress: []}', 'spec: {podSelector: {}}'],
    [
      'an empty text',
      'Pod',
      'spec: {containers: [{name: a, env: [{name: A, value: ""}]}]}',
      'spec: {containers: [{name: a, env: [{name: A}]}]}'
    ],
    ['false and 0', 'Pod', 'spec: {hostNetwork: false, minReadySeconds: 0}', 'spec: {}'],
    [
      'a value that the server chooses',
      'Service',
      'spec: {clusterIP: "", ports: [{port: 1, nodePort: 0}]}',
      'spec: {clusterIP: 10.0.0.1, ports: [{port: 1, nodePort: 30000}]}'
    ],
    [
      'the protocol of a port',
      'Service',
      'spec: {ports: [{port: 1}]}',
      'spec: {ports: [{port: 1, protocol: TCP, targetPort: 1}]}'
    ],
    ['another order of items', 'Pod', 'env: [{name: A}, {name: B}]', 'env: [{name: B}, {name: A}]'],
    [
      'another order of rules',
      'NetworkPolicy',
      'spec: {ingress: [{ports: [{port: 1}]}, {ports: [{port: 2}]}]}',
      'spec: {ingress: [{ports: [{port: 2, protocol: TCP}]}, {ports: [{port: 1, protocol: TCP}]}]}'
    ],
    ['stringData', 'Secret', 'stringData: {a: b}', 'data: {a: Yg==}'],
    ['base64 with line breaks', 'Secret', 'data: {a: "YW\\nJj\\n"}', 'data: {a: YWJj}'],
    ['the status', 'Service', 'status: {a: 1}', 'status: {a: 2}'],
    [
      'what a cluster adds to an account',
      'ServiceAccount',
      'imagePullSecrets: [{name: a}]',
      'imagePullSecrets: [{name: a}, {name: b}]'
    ],
    [
      'what admission adds to a pod',
      'Pod',
      'spec: {volumes: [{name: a}], containers: [{name: a}]}',
      'spec: {volumes: [{name: a}, {name: kube-api-access-x}], tolerations: [{key: a}], containers: [{name: a}]}'
    ]
  ])('is no difference: %s', (_, kind, rendered, live) => {
    expect(differing(kind, rendered, live)).toEqual([])
  })

  test('includes labels and annotations of others, such as the restart annotations', () => {
    const marked = changed(
      statefulSet,
      ['spec', 'template', 'metadata', 'annotations', 'redis-cache-action/config'],
      'a'
    )
    expect(differencesOf(statefulSet, changed(marked, ['metadata', 'labels', 'team'], 'blue'))).toEqual([])
  })

  test('includes additional finalizers, but not removed ones', () => {
    const own = changed(statefulSet, ['metadata', 'finalizers'], ['a.example.com/a'])
    expect(differencesOf(own, changed(own, ['metadata', 'finalizers', 1], 'b.example.com/b'))).toEqual([])
    expect(differencesOf(own, statefulSet).map(at)).toEqual(['.metadata.finalizers[0]'])
  })

  test('includes the defaults of a volume claim', () => {
    const path = ['spec', 'volumeClaimTemplates', 0]
    const typed = changed(statefulSet, [...path, 'kind'], 'PersistentVolumeClaim')
    expect(differencesOf(statefulSet, changed(typed, [...path, 'status'], { phase: 'Pending' }))).toEqual([])
  })
})

describe('drift of a StatefulSet', () => {
  test.each<[string, readonly (string | number)[], unknown, string]>([
    ['the image', [...container, 'image'], 'redis:latest', `${redis}.image`],
    ['the replicas', ['spec', 'replicas'], 0, '.spec.replicas'],
    ['a limit', [...container, 'resources', 'limits', 'memory'], '513Mi', `${redis}.resources.limits.memory`],
    ['a limit that is gone', [...container, 'resources', 'limits'], undefined, `${redis}.resources.limits`],
    ['a probe that is gone', [...container, 'livenessProbe'], undefined, `${redis}.livenessProbe`],
    ['the command', [...container, 'command', 2], 'exec redis-server', `${redis}.command`],
    ['arguments that were added', [...container, 'args'], ['--maxmemory'], `${redis}.args`],
    ['a variable that was added', [...container, 'env'], [{ name: 'A', value: 'b' }], `${redis}.env`],
    [
      'a probe that was added',
      ['spec', 'template', 'spec', 'containers', 1, 'startupProbe'],
      { httpGet: { port: 1 } },
      '.spec.template.spec.containers[name="metrics"].startupProbe'
    ],
    [
      'a port that was added',
      [...container, 'ports', 1],
      { containerPort: 1 },
      `${redis}.ports[containerPort=1,protocol="TCP"]`
    ],
    [
      'a part of a volume',
      [...container, 'volumeMounts', 0, 'subPath'],
      'a',
      `${redis}.volumeMounts[mountPath="/data"].subPath`
    ],
    ['privileges', [...container, 'securityContext', 'privileged'], true, `${redis}.securityContext.privileged`],
    [
      'capabilities',
      [...container, 'securityContext', 'capabilities', 'add'],
      ['SYS_ADMIN'],
      `${redis}.securityContext.capabilities.add`
    ],
    ['the network of the host', ['spec', 'template', 'spec', 'hostNetwork'], true, '.spec.template.spec.hostNetwork'],
    ['a node', ['spec', 'template', 'spec', 'nodeSelector'], { a: 'b' }, '.spec.template.spec.nodeSelector'],
    [
      'a sidecar',
      ['spec', 'template', 'spec', 'containers', 2],
      { name: 'debug' },
      '.spec.template.spec.containers[name="debug"]'
    ],
    [
      'a container that is gone',
      ['spec', 'template', 'spec', 'containers', 1],
      undefined,
      '.spec.template.spec.containers[name="metrics"]'
    ],
    [
      'an init container',
      ['spec', 'template', 'spec', 'initContainers'],
      [{ name: 'a' }],
      '.spec.template.spec.initContainers'
    ],
    [
      'a volume',
      ['spec', 'template', 'spec', 'volumes', 3],
      { name: 'a', emptyDir: {} },
      '.spec.template.spec.volumes[name="a"]'
    ],
    [
      'the kind of a volume',
      ['spec', 'template', 'spec', 'volumes', 2],
      { name: 'run', hostPath: { path: '/' } },
      '.spec.template.spec.volumes[name="run"].emptyDir'
    ],
    [
      'a mode',
      ['spec', 'template', 'spec', 'volumes', 1, 'secret', 'defaultMode'],
      0o444,
      '.spec.template.spec.volumes[name="credentials"].secret.defaultMode'
    ],
    [
      'a false that is gone, and counts',
      ['spec', 'template', 'spec', 'enableServiceLinks'],
      undefined,
      '.spec.template.spec.enableServiceLinks'
    ],
    [
      'the size of the claim',
      ['spec', 'volumeClaimTemplates', 0, 'spec', 'resources', 'requests', 'storage'],
      '1Gi',
      '.spec.volumeClaimTemplates[metadata.name="data"].spec.resources.requests.storage'
    ],
    [
      'a label that is gone',
      ['metadata', 'labels', 'app.kubernetes.io/name'],
      undefined,
      '.metadata.labels.app.kubernetes.io/name'
    ],
    [
      'an annotation',
      ['spec', 'template', 'metadata', 'annotations', 'prometheus.io/port'],
      '1',
      '.spec.template.metadata.annotations.prometheus.io/port'
    ],
    ['a label in the selector', ['spec', 'selector', 'matchLabels', 'b'], 'c', '.spec.selector.matchLabels.b']
  ])('is found: %s', (_, path, value, field) => {
    expect(differencesOf(statefulSet, changed(statefulSet, path, value)).map(at)).toEqual([field])
  })

  test('shows both values', () => {
    expect(differencesOf(statefulSet, changed(statefulSet, ['spec', 'replicas'], 0))).toEqual([
      { path: ['spec', 'replicas'], live: 0, rendered: 1 }
    ])
  })
})

describe('drift of network access', () => {
  const policy = renderedObject('NetworkPolicy')
  test.each<[string, readonly (string | number)[], unknown, string]>([
    ['a peer of any pod', ['spec', 'ingress', 0, 'from', 1], { podSelector: {} }, '.spec.ingress[0].from[1]'],
    [
      'any namespace',
      ['spec', 'ingress', 0, 'from', 0, 'namespaceSelector'],
      {},
      '.spec.ingress[0].from[0].namespaceSelector'
    ],
    ['everybody', ['spec', 'ingress', 0, 'from'], undefined, '.spec.ingress[0].from[0]'],
    ['every port', ['spec', 'ingress', 0, 'ports'], undefined, '.spec.ingress[0].ports[port="redis",protocol="TCP"]'],
    [
      'a range of ports',
      ['spec', 'ingress', 1, 'ports', 0, 'endPort'],
      9999,
      '.spec.ingress[1].ports[port="metrics",protocol="TCP"].endPort'
    ],
    ['a rule for all', ['spec', 'ingress', 2], {}, '.spec.ingress[2]'],
    ['a label more', ['spec', 'podSelector', 'matchLabels', 'a'], 'b', '.spec.podSelector.matchLabels.a'],
    [
      'an expression more',
      ['spec', 'podSelector', 'matchExpressions'],
      [{ key: 'a', operator: 'Exists' }],
      '.spec.podSelector.matchExpressions'
    ],
    ['another direction', ['spec', 'policyTypes'], ['Ingress', 'Egress'], '.spec.policyTypes'],
    ['rules for the other direction', ['spec', 'egress'], [{}], '.spec.egress']
  ])('is found: %s', (_, path, value, field) => {
    expect(differencesOf(policy, changed(policy, path, value)).map(at)).toEqual([field])
  })

  test('is limited to the new item when an item was prepended', () => {
    const live = changed(policy, ['spec', 'ingress'], [{ ports: [] }, ...Object(policy['spec']).ingress])
    expect(differencesOf(policy, live).map(at)).toEqual(['.spec.ingress[0]'])
  })
})

describe('drift of other objects', () => {
  test.each<[string, string, string, string, string[]]>([
    ['a file of a ConfigMap', 'ConfigMap', 'data: {a: x}', 'data: {a: y}', ['.data.a']],
    ['an empty file that is gone', 'ConfigMap', 'data: {a: ""}', 'data: {}', ['.data.a']],
    [
      'a label without a value that is gone',
      'ConfigMap',
      'data: {labels: {a: ""}}',
      'data: {labels: {}}',
      ['.data.labels.a']
    ],
    [
      'where a Service leads',
      'Service',
      'spec: {selector: {a: b}}',
      'spec: {selector: {a: b, c: d}}',
      ['.spec.selector.c']
    ],
    [
      'an address of a Service',
      'Service',
      'spec: {type: ClusterIP}',
      'spec: {type: ClusterIP, externalIPs: [1.1.1.1]}',
      ['.spec.externalIPs']
    ],
    [
      'that a Service leads to the pods of the same node alone',
      'Service',
      'spec: {type: ClusterIP}',
      'spec: {type: ClusterIP, internalTrafficPolicy: Local}',
      ['.spec.internalTrafficPolicy']
    ],
    [
      'a port of a Service',
      'Service',
      'spec: {ports: [{port: 1, name: a}]}',
      'spec: {ports: [{port: 1, name: b}, {port: 2}]}',
      ['.spec.ports[port=1,protocol="TCP"].name', '.spec.ports[port=2,protocol="TCP"]']
    ],
    ['a Secret', 'Secret', 'stringData: {a: b}', 'data: {a: Yw==}', ['.data.a']],
    [
      'a right',
      'Role',
      'rules: [{verbs: [get]}]',
      'rules: [{verbs: [get], resourceNames: [a]}]',
      ['.rules[0].resourceNames']
    ],
    [
      'a duration',
      'ExternalSecret',
      'spec: {refreshInterval: 1h}',
      'spec: {refreshInterval: 1m}',
      ['.spec.refreshInterval']
    ],
    ['a text that only looks like a quantity', 'ConfigMap', 'data: {a: 1Gi}', 'data: {a: 1024Mi}', ['.data.a']],
    [
      'an empty class name',
      'PersistentVolumeClaim',
      'spec: {storageClassName: ""}',
      'spec: {}',
      ['.spec.storageClassName']
    ],
    [
      'a field of the ExternalSecret',
      'ExternalSecret',
      'spec: {data: [{secretKey: a}, {secretKey: b}]}',
      'spec: {data: [{secretKey: a}]}',
      ['.spec.data[secretKey="b"]']
    ],
    ['a list that became something else', 'ConfigMap', 'data: [a]', 'data: a', ['.data']],
    ['a map that became something else', 'ConfigMap', 'data: {a: b}', 'data: a', ['.data']]
  ])('is found: %s', (_, kind, rendered, live, fields) => {
    expect(differing(kind, rendered, live)).toEqual(fields)
  })
})
