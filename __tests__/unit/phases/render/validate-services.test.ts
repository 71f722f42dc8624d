import { describe, expect, test } from '@jest/globals'
import { type Edit, problemsWith } from './problems-of.ts'

/** The Service `redis`, and the other one, as the shipped manifests have them. */
const clientSelector = '  type: ClusterIP\n  selector:\n    app.kubernetes.io/name: redis'
const headlessSelector = '  clusterIP: None\n  selector:\n    app.kubernetes.io/name: redis'
const clientTarget = 'targetPort: redis\n---\n# The StatefulSet'
const client = (lines: string): Edit => [clientSelector, lines]
const target = (port: string): Edit => [clientTarget, `targetPort: ${port}\n---\n# The StatefulSet`]
const service = (name: string, spec: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: ${spec}}`
const secret = (host: string, field = 'stringData') =>
  `{apiVersion: v1, kind: Secret, metadata: {name: redis-credentials}, ${field}: {host: ${host}}}`

describe('a Service for Redis that does not lead there is refused:', () => {
  const none = 'which the pods of StatefulSet/redis do not have: write labels of its spec.template.metadata.labels'

  test.each<[string, Edit[], string[], string]>([
    [
      'another value of a label',
      [client('  selector: {app.kubernetes.io/name: cache}')],
      [],
      'Service/redis does not lead to Redis: spec.selector has app.kubernetes.io/name: cache, and the pods of ' +
        'StatefulSet/redis have redis there: write redis'
    ],
    [
      'a label that the pods do not have',
      [client('  selector: {app.kubernetes.io/name: redis, tier: cache}')],
      [],
      `Service/redis does not lead to Redis: spec.selector has tier: cache, ${none}`
    ],
    [
      'the governing Service',
      [[headlessSelector, '  clusterIP: None\n  selector: {app: other}']],
      [],
      `Service/redis-headless does not lead to Redis: spec.selector has app: other, ${none}`
    ],
    [
      'the Service that redis-credentials names',
      [],
      [service('cache', '{selector: {app: other}}'), secret('cache.hospital-erp-system.svc')],
      `Service/cache does not lead to Redis: spec.selector has app: other, ${none}`
    ],
    [
      'the same, in base64',
      [],
      [service('cache', '{selector: {app: other}}'), secret(Buffer.from('cache').toString('base64'), 'data')],
      `Service/cache does not lead to Redis: spec.selector has app: other, ${none}`
    ],
    [
      'a port of the pod that nobody listens on',
      [target('6380')],
      [],
      'Service/redis: spec.ports[0].targetPort is 6380, where no container of the pod listens: write redis'
    ],
    [
      'the name of no port',
      [target('cache')],
      [],
      'Service/redis: spec.ports[0].targetPort is cache, and no container of the pod has a port of that name: write redis'
    ],
    [
      'a port that the container declares, and Redis does not have',
      [target('6380'), ['containerPort: 6379', 'containerPort: 6379\n            - containerPort: 6380']],
      [],
      'Service/redis: spec.ports[0].targetPort is 6380, where no container of the pod listens: write redis'
    ]
  ])('%s', (_, edits, more, sentence) => {
    expect(problemsWith(edits, ...more)).toEqual([sentence])
  })

  test('where the container names no port, the number is named', () => {
    expect(
      problemsWith([target('6380'), ['            - name: redis\n              containerPort: 6379', '            []']])
    ).toEqual(['Service/redis: spec.ports[0].targetPort is 6380, where no container of the pod listens: write 6379'])
  })
})

describe('a Service by which clients find Redis needs a TCP port that leads there', () => {
  const lost =
    'Service/redis does not lead to Redis: spec.ports has no TCP port whose targetPort is 6379: ' +
    'add {name: redis, port: 6379, targetPort: redis}'

  test.each<[string, Edit[]]>([
    ['not one of UDP', [target('redis\n      protocol: UDP')]],
    ['not that of the exporter', [target('9121')]]
  ])('%s', (_, edits) => {
    expect(problemsWith(edits)).toEqual([lost])
  })
})

describe('a Service is left alone', () => {
  test.each<[string, Edit[], string[]]>([
    ['that names the port by its number', [target('6379')], []],
    ['that leads to the exporter', [], [service('redis-metrics', '{selector: {app.kubernetes.io/name: redis}}')]],
    [
      'that leads to an exporter which declares no port',
      [['          ports:\n            - name: metrics\n              containerPort: 9121\n', '']],
      [service('redis-metrics', '{selector: {app.kubernetes.io/name: redis}, ports: [{port: 9121, targetPort: 9121}]}')]
    ],
    ['without a selector', [client('  type: ClusterIP')], []],
    ['that is a name', [client('  type: ExternalName\n  externalName: cache.example.org\n  selector: {a: b}')], []],
    ['of another workload', [], [service('app', '{selector: {app: erp}, ports: [{port: 80, targetPort: http}]}')]],
    ['that names the pod itself', [], [secret('redis-0.redis-headless')]],
    [
      'that a redis-credentials of another namespace names',
      [],
      [service('cache', '{selector: {app: other}}'), secret('cache.elsewhere.svc')]
    ],
    ['that leads to a port of TLS', [target('6380'), ['port 6379\n    #', 'port 6379\n    tls-port 6380\n    #']], []],
    [
      'that leads to a proxy in the pod',
      [
        target('proxy'),
        [
          '- name: metrics\n          # No',
          '- {name: p, ports: [{name: proxy, containerPort: 1}]}\n        - name: metrics\n          # No'
        ]
      ],
      []
    ],
    [
      'that leads to a sidecar which restarts',
      [
        target('7000'),
        ['      containers:\n', '      initContainers: [{name: p, restartPolicy: Always}]\n      containers:\n']
      ],
      []
    ]
  ])('%s', (_, edits, more) => {
    expect(problemsWith(edits, ...more)).toEqual([])
  })
})
