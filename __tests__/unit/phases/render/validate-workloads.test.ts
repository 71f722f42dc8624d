import { describe, expect, test } from '@jest/globals'
import { documentOf, editedManifest } from '../../document-of.ts'
import { problemsIn, problemsWith } from './problems-of.ts'

const labels = 'app.kubernetes.io/name: redis'
const pods = (label: string, port = '{name: redis, containerPort: 6379}') =>
  `template: {metadata: {labels: {${label}}}, spec: {containers: [{name: server, ports: [${port}]}]}}`
const workload = (kind: string, name: string, spec: string, apiVersion = 'apps/v1') =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}}, spec: {${spec}}}`

describe('a workload in the place of StatefulSet redis is refused:', () => {
  test.each(['Deployment', 'DaemonSet', 'ReplicaSet'])('%s redis', (kind) => {
    const documents = editedManifest().filter(({ object }) => object.kind !== 'StatefulSet')
    expect(problemsIn([...documents, documentOf(workload(kind, 'redis', pods(labels)))])).toEqual([
      `${kind}/redis: kind is ${kind}, and this action proves only StatefulSet/redis: make it StatefulSet/redis`
    ])
  })

  test('a Deployment of another name that Service redis leads to', () => {
    const documents = editedManifest().filter(({ object }) => object.kind !== 'StatefulSet')
    expect(problemsIn([...documents, documentOf(workload('Deployment', 'cache', pods(labels)))])).toEqual([
      'Deployment/cache: Service/redis, by which clients reach Redis, selects its pods by app.kubernetes.io/name=redis: ' +
        'make it StatefulSet/redis'
    ])
  })
})

test('a Deployment that the Service of a rendered redis-credentials leads to is refused', () => {
  const service =
    '{apiVersion: v1, kind: Service, metadata: {name: cache}, spec: {selector: {app: c}, ports: [{port: 6379}]}}'
  const secret = '{apiVersion: v1, kind: Secret, metadata: {name: redis-credentials}, stringData: {host: cache}}'
  const documents = [service, secret, workload('Deployment', 'cache', pods('app: c'))].map(documentOf)
  expect(problemsIn(documents)).toEqual([
    'Deployment/cache: Service/cache, by which clients reach Redis, selects its pods by app=c: make it StatefulSet/redis'
  ])
  expect(problemsIn(documents.filter(({ object }) => object.kind !== 'Secret'))).toEqual([])
})

describe('a workload beside StatefulSet redis is refused', () => {
  test('that has its name', () => {
    expect(problemsWith([], workload('Deployment', 'redis', pods('app: proxy')))).toEqual([
      'Deployment/redis: kind is Deployment, and this action proves only StatefulSet/redis: remove it, or rename it'
    ])
  })

  test.each([
    ['Deployment', workload('Deployment', 'cache', pods(labels)), 'spec.template.metadata.labels'],
    [
      'Pod',
      '{apiVersion: v1, kind: Pod, metadata: {name: cache, labels: {app.kubernetes.io/name: redis}}, ' +
        'spec: {containers: [{name: a, ports: [{name: redis, containerPort: 1}]}]}}',
      'metadata.labels'
    ]
  ])('that takes a part of its clients: %s', (kind, manifest, field) => {
    expect(problemsWith([], manifest)).toEqual([
      `${kind}/cache: Service/redis, by which clients reach Redis, selects its pods by app.kubernetes.io/name=redis: ` +
        `give them other labels in ${field}`
    ])
  })

  test('to which a port by number leads', () => {
    const byNumber = workload('Deployment', 'exporter', pods(labels, '{containerPort: 80}'))
    expect(problemsWith([['targetPort: redis', 'targetPort: 6379']], byNumber)).toHaveLength(1)
  })

  test('to which a headless Service without ports leads, as its name leads to the pods', () => {
    const proxy = workload('Deployment', 'proxy', pods('app: proxy'))
    const headless =
      '{apiVersion: v1, kind: Service, metadata: {name: cache}, spec: {clusterIP: None, selector: {app: proxy}}}'
    const secret = '{apiVersion: v1, kind: Secret, metadata: {name: redis-credentials}, stringData: {host: cache}}'
    expect(problemsWith([], proxy, headless, secret)).toEqual([expect.stringContaining('Deployment/proxy')])
  })

  test('that is a second StatefulSet', () => {
    expect(problemsWith([], workload('StatefulSet', 'sessions', pods('app: sessions')))).toEqual([
      'StatefulSet/sessions: the only StatefulSet allowed is redis'
    ])
  })
})

describe('a workload is left alone', () => {
  test.each([
    ['that is another Redis', workload('Deployment', 'sessions-redis', pods('app: sessions'))],
    [
      'with the labels of Redis and without the port that the Service names',
      workload('Deployment', 'redis-exporter', pods(labels, '{name: http, containerPort: 9121}'))
    ],
    ['that ends', workload('Job', 'backup', pods(labels), 'batch/v1')],
    ['that only has the name of a kind', workload('Deployment', 'redis', pods(labels), 'example.org/v1')]
  ])('%s', (_, manifest) => {
    expect(problemsWith([], manifest)).toEqual([])
  })

  test('to which a Service leads, where the credentials come from AWS', () => {
    const documents = editedManifest().filter(({ object }) => object.kind === 'Service')
    const external = '{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: redis-credentials}}'
    const proxy = workload('Deployment', 'proxy', pods(labels))
    expect(problemsIn([...documents, documentOf(external), documentOf(proxy)])).toEqual([])
  })
})
