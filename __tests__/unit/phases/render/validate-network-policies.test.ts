import { describe, expect, test } from '@jest/globals'
import { type Edit, problemsWith } from './problems-of.ts'

const selector = '  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: redis\n  policyTypes'
const types = '  policyTypes:\n    - Ingress\n'
const backend = `    - from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/component: backend
      ports:
        - protocol: TCP
          port: redis
`
const selecting = (lines: string): Edit => [selector, `  podSelector: ${lines}\n  policyTypes`]
const admitting = (rule: string): Edit => [backend, `    - ${rule}\n`]
const policy = (name: string, spec: string) =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}}, spec: ${spec}}`
const withoutPolicy: Edit = ['kind: NetworkPolicy', 'kind: SomethingElse']
const host: Edit = ['      enableServiceLinks: false\n', '      enableServiceLinks: false\n      hostNetwork: true\n']
const open = (what: string, id = 'redis') =>
  `NetworkPolicy/${id} lets everybody connect to port 6379: a rule of spec.ingress has ${what}: name who may connect, ` +
  'such as from: [{podSelector: {matchLabels: {app.kubernetes.io/component: backend}}}]'

describe('a NetworkPolicy that keeps nobody away from Redis is refused:', () => {
  test.each<[string, Edit[], string[], string]>([
    [
      'it selects another value of a label',
      [selecting('{matchLabels: {app.kubernetes.io/name: cache}}')],
      [],
      'NetworkPolicy/redis isolates nothing: spec.podSelector.matchLabels has app.kubernetes.io/name: cache, which ' +
        'matches no pod of StatefulSet/redis: write redis'
    ],
    [
      'it selects a label that the pods do not have',
      [selecting('{matchLabels: {app: redis}}')],
      [],
      'NetworkPolicy/redis isolates nothing: spec.podSelector.matchLabels has app: redis, which matches no pod of ' +
        'StatefulSet/redis: write labels of its spec.template.metadata.labels'
    ],
    [
      'it selects by an expression',
      [selecting('{matchExpressions: [{key: app.kubernetes.io/name, operator: NotIn, values: [redis]}]}')],
      [],
      'NetworkPolicy/redis isolates nothing: spec.podSelector matches no pod of StatefulSet/redis: ' +
        'write labels of its spec.template.metadata.labels'
    ],
    [
      'it has another name, and is the only one that admits to the port of Redis',
      [withoutPolicy],
      [policy('allow-redis', '{podSelector: {matchLabels: {app: redis}}, ingress: [{ports: [{port: 6379}]}]}')],
      'NetworkPolicy/allow-redis isolates nothing: spec.podSelector.matchLabels has app: redis, which matches no pod ' +
        'of StatefulSet/redis: write labels of its spec.template.metadata.labels'
    ],
    [
      'its rules are for a direction that its types leave out',
      [[types, '  policyTypes: [Egress]\n']],
      [],
      'NetworkPolicy/redis does not limit who connects to Redis: spec.policyTypes has no Ingress: add it'
    ],
    ['a rule has no from', [admitting('ports: [{port: redis}]')], [], open('no from')],
    ['a rule has nothing at all', [admitting('{}')], [], open('no from')],
    [
      'a rule names all namespaces',
      [admitting('from: [{namespaceSelector: {}}]')],
      [],
      open('namespaceSelector: {} and no labels of pods')
    ],
    [
      'a rule names every address',
      [admitting('from: [{ipBlock: {cidr: 0.0.0.0/0}}]')],
      [],
      open('ipBlock.cidr: 0.0.0.0/0')
    ],
    ['a rule has a range of ports', [admitting('ports: [{port: 6000, endPort: 7000}]')], [], open('no from')],
    [
      'another policy for all pods opens them',
      [],
      [policy('open', '{podSelector: {}, ingress: [{}]}')],
      open('no from', 'open')
    ],
    [
      'the pod has the network of its node',
      [host],
      [],
      'StatefulSet/redis: spec.template.spec.hostNetwork is true, so NetworkPolicy/redis does not apply to its pod: ' +
        'remove hostNetwork'
    ]
  ])('%s', (_, edits, more, sentence) => {
    expect(problemsWith(edits, ...more)).toEqual([sentence])
  })
})

describe('a NetworkPolicy is right', () => {
  const deployment =
    '{apiVersion: apps/v1, kind: Deployment, metadata: {name: app}, spec: {template: {metadata: {labels: {app: erp}}}}}'

  test.each<[string, Edit[], string[]]>([
    ['that admits another label', [['app.kubernetes.io/component: backend', 'tier: api']], []],
    ['that admits every pod of the namespace', [admitting('from: [{podSelector: {}}]')], []],
    [
      'that admits some pods of all namespaces',
      [admitting('from: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}]')],
      []
    ],
    [
      'that admits addresses with exceptions',
      [admitting('from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]')],
      []
    ],
    ['that opens the exporter alone', [admitting('ports: [{port: metrics}]')], []],
    ['that opens another protocol', [admitting('ports: [{port: 6379, protocol: UDP}]')], []],
    ['that has no types, which means Ingress', [[types, '']], []],
    ['that has an empty list of types, which means the same', [[types, '  policyTypes: []\n']], []],
    ['that is for others', [], [policy('app', '{podSelector: {matchLabels: {app: erp}}, ingress: [{}]}')]],
    [
      'that limits egress, beside one for ingress',
      [],
      [policy('egress', '{podSelector: {}, policyTypes: [Egress], egress: []}')]
    ],
    [
      'that limits the clients of Redis',
      [],
      [policy('redis-clients', '{podSelector: {matchLabels: {a: b}}, policyTypes: [Egress]}')]
    ],
    [
      'named redis, for pods of another workload that is rendered',
      [selecting('{matchLabels: {app: erp}}')],
      [deployment]
    ],
    ['that is not there', [withoutPolicy], []],
    ['that is not there, for a pod with the network of its node', [withoutPolicy, host], []]
  ])('%s', (_, edits, more) => {
    expect(problemsWith(edits, ...more)).toEqual([])
  })
})
