import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { dangersOf } from '../../../../src/phases/plan/dangers.ts'
import { documentOf } from '../../document-of.ts'
import { type Edit, shipped } from './shipped.ts'

const weakened = (before: KubernetesObject[], after: KubernetesObject[]) =>
  dangersOf(before, after).map(({ rule, sentence }) => {
    expect(rule).toBe('network-policy-weakened')
    return sentence
  })
const edited = (...edits: Edit[]) => weakened(shipped(), shipped(...edits))
const isPolicy = ({ kind }: KubernetesObject) => kind === 'NetworkPolicy'
const policy = (name: string, spec: string) =>
  documentOf(`{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}}, spec: ${spec}}`).object
/** The shipped manifests with a policy of this ingress instead of theirs. */
const ruled = (ingress: string) => [
  ...shipped().filter((object) => !isPolicy(object)),
  policy('redis', `{podSelector: {}, ingress: ${ingress}}`)
]
const backend = '                  app.kubernetes.io/component: backend'.trim()
const selector = '  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: redis\n  policyTypes'

describe('a change that opens Redis to everybody', () => {
  test('is recognised if the policy is removed', () => {
    expect(
      weakened(
        shipped(),
        shipped().filter((object) => !isPolicy(object))
      )
    ).toEqual(['every pod in the cluster could connect to Redis: NetworkPolicy/redis would no longer be rendered'])
  })

  test.each<[string, Edit, string]>([
    [
      'it selected other pods',
      [selector, selector.replace('redis', 'redis2')],
      'would no longer select its pods (podSelector)'
    ],
    [
      'the pods had other labels',
      ['      labels:\n        app.kubernetes.io/name: redis', '      labels:\n        app.kubernetes.io/name: cache'],
      'would no longer select its pods (podSelector)'
    ],
    ['it limited only egress', ['    - Ingress', '    - Egress'], 'would no longer limit ingress (policyTypes)']
  ])('is recognised if %s', (_, edit, reason) => {
    expect(edited(edit)).toEqual([`every pod in the cluster could connect to Redis: NetworkPolicy/redis ${reason}`])
  })

  test.each<[string, Edit[], string]>([
    [
      'to Redis if its rule had no from',
      [
        [
          '    - from:\n        - podSelector:\n            matchLabels:\n              app.kubernetes.io/component: backend\n      ports',
          '    - ports'
        ]
      ],
      'NetworkPolicy/redis would admit everybody to port 6379, which no policy admits now'
    ],
    [
      'to all if a rule were empty',
      [['  ingress:\n', '  ingress:\n    - {}\n']],
      'NetworkPolicy/redis would admit everybody to every port, which no policy admits now'
    ]
  ])('is recognised: %s', (_, edits, sentence) => {
    expect(edited(...edits)).toEqual([sentence])
  })
})

describe('a change that opens Redis to more clients', () => {
  test.each<[string, string, string, string]>([
    [
      'with another pod selector',
      '[{from: [{podSelector: {matchLabels: {a: b}}}]}]',
      '[{from: [{podSelector: {matchLabels: {a: c}}}]}]',
      'pods a=c to every port'
    ],
    [
      'with a selector of fewer labels',
      '[{from: [{podSelector: {matchLabels: {a: b, c: d}}}]}]',
      '[{from: [{podSelector: {matchLabels: {a: b}}}]}]',
      'pods a=b to every port'
    ],
    [
      'from other namespaces',
      '[{from: [{podSelector: {}}]}]',
      '[{from: [{podSelector: {}, namespaceSelector: {}}]}]',
      'all pods in all namespaces to every port'
    ],
    [
      'from a namespace that need not be the monitoring one',
      '[{from: [{namespaceSelector: {matchLabels: {a: b}}}]}]',
      '[{from: [{namespaceSelector: {matchExpressions: [{key: a, operator: Exists}]}}]}]',
      'all pods in namespaces a Exists to every port'
    ],
    [
      'from addresses',
      '[{from: [{ipBlock: {cidr: 10.0.0.0/24}}]}]',
      '[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]',
      'addresses 10.0.0.0/8 to every port'
    ],
    [
      'to another port',
      '[{ports: [{port: 6379}]}]',
      '[{ports: [{port: 6379}, {port: metrics}]}]',
      'everybody to port 9121'
    ],
    [
      'to more ports',
      '[{ports: [{port: 1, endPort: 5}]}]',
      '[{ports: [{port: 1, endPort: 6}]}]',
      'everybody to port 1 to 6'
    ],
    [
      'to all ports of a protocol',
      '[{ports: [{port: 6379}]}]',
      '[{ports: [{protocol: TCP}]}]',
      'everybody to port any'
    ],
    [
      'with another protocol',
      '[{ports: [{port: 6379}]}]',
      '[{ports: [{port: 6379, protocol: UDP}]}]',
      'everybody to port 6379'
    ],
    ['to every port', '[{ports: [{port: 6379}]}]', '[{}]', 'everybody to every port'],
    [
      'in many ways',
      '[]',
      '[{ports: [{port: 1}, {port: 2}, {port: 3}, {port: 4}, {port: 5}]}]',
      'everybody to port 1, everybody to port 2, everybody to port 3, and 2 more'
    ]
  ])('is recognised: %s', (_, before, after, admitted) => {
    expect(weakened(ruled(before), ruled(after))).toEqual([
      `NetworkPolicy/redis would admit ${admitted}, which no policy admits now`
    ])
  })

  test('is recognised in a second policy', () => {
    expect(weakened(shipped(), [...shipped(), policy('debug', '{podSelector: {}, ingress: [{}]}')])).toEqual([
      'NetworkPolicy/debug would admit everybody to every port, which no policy admits now'
    ])
  })

  test('is recognised in a first deployment that admits everybody', () => {
    expect(weakened([], ruled('[{from: [{podSelector: {}}]}, {ports: [{port: redis}]}]'))).toEqual([
      'NetworkPolicy/redis would admit everybody to port 6379'
    ])
  })

  test('is recognised where the StatefulSet is not among the objects', () => {
    const [before, after] = ['[]', '[{}]'].map((ingress) => ruled(ingress).filter(isPolicy))
    expect(weakened(before ?? [], after ?? [])).toHaveLength(1)
  })
})

test('is recognised for outgoing traffic if egress is no longer limited', () => {
  expect(edited()).toEqual([])
  expect(weakened(shipped(['    - Ingress', '    - Ingress\n    - Egress']), shipped())).toEqual([
    'NetworkPolicy/redis would no longer limit what Redis may connect to (policyTypes has no Egress)'
  ])
})

describe('a change that opens Redis to nobody else', () => {
  test.each<[string, string, string]>([
    [
      'with another order',
      '[{ports: [{port: 1}, {port: 2}]}, {from: [{podSelector: {}}]}]',
      '[{from: [{podSelector: {}}]}, {ports: [{port: 2}, {port: 1}]}]'
    ],
    ['with a rule less', '[{ports: [{port: 1}]}, {ports: [{port: 2}]}]', '[{ports: [{port: 2}]}]'],
    [
      'with more labels required',
      '[{from: [{podSelector: {matchLabels: {a: b}}}]}]',
      '[{from: [{podSelector: {matchLabels: {a: b, c: d}}}]}]'
    ],
    [
      'from fewer namespaces',
      '[{from: [{namespaceSelector: {}}]}]',
      '[{from: [{namespaceSelector: {matchLabels: {a: b}}, podSelector: {}}]}]'
    ],
    ['where everybody could', '[{}]', '[{from: [{podSelector: {}}], ports: [{port: 1}]}, {}]'],
    [
      'to ports within those that were open',
      '[{ports: [{port: 1, endPort: 9}]}]',
      '[{ports: [{port: 2, endPort: 3}, {port: 9}]}]'
    ],
    ['to a port by its number', '[{ports: [{port: redis}]}]', '[{ports: [{port: 6379, protocol: TCP}]}]'],
    [
      'from the same addresses',
      '[{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]',
      '[{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 1}]}]'
    ],
    [
      'with the same expression',
      '[{from: [{podSelector: {matchExpressions: [{key: a, operator: In, values: [b]}]}}]}]',
      '[{from: [{podSelector: {matchExpressions: [{key: a, operator: In, values: [b]}]}}], ports: [{port: 1}]}]'
    ]
  ])('is not reported: %s', (_, before, after) => {
    expect(weakened(ruled(before), ruled(after))).toEqual([])
  })

  test('is not reported where Redis was open to everybody before', () => {
    expect(
      weakened(
        shipped().filter((object) => !isPolicy(object)),
        ruled('[{}]')
      )
    ).toEqual([])
  })

  test('is not reported for a policy of other pods', () => {
    expect(
      weakened(shipped(), [...shipped(), policy('web', '{podSelector: {matchLabels: {app: web}}, ingress: [{}]}')])
    ).toEqual([])
  })

  test('is not reported if one of two policies is removed', () => {
    expect(weakened([...shipped(), policy('deny', '{podSelector: {}}')], shipped())).toEqual([])
  })

  test.each([
    ['In', 'values: [redis, cache]'],
    ['NotIn', 'values: [web]'],
    ['Exists', 'values: []']
  ])('is not reported for an equivalent selector with %s', (operator, values) => {
    const expression = `  podSelector:\n    matchExpressions: [{key: app.kubernetes.io/name, operator: ${operator}, ${values}}]\n  policyTypes`
    expect(edited([selector, expression])).toEqual([])
  })

  test.each([
    ['In', 'values: [web]'],
    ['NotIn', 'values: [redis]'],
    ['DoesNotExist', 'values: []'],
    ['Unheard', 'values: []']
  ])('is reported nevertheless for a selector with %s that excludes Redis', (operator, values) => {
    const expression = `  podSelector:\n    matchExpressions: [{key: app.kubernetes.io/name, operator: ${operator}, ${values}}]\n  policyTypes`
    expect(edited([selector, expression])).toHaveLength(1)
  })

  test('is reported nevertheless for another backend label, which admits more pods', () => {
    expect(edited([backend, 'app: backend'])).toEqual([
      'NetworkPolicy/redis would admit pods app=backend to port 6379, which no policy admits now'
    ])
  })
})
