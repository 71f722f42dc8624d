import { expect, test } from '@jest/globals'
import { at } from '../json.ts'
import { type ApplyClient, CLAIM, configMap, type Manifest, ownedBy, service, statefulSet } from './apply-client.ts'

/** The results of an apply. */
export function applyCases(client: () => ApplyClient): void {
  test('creates with 201, and the applier owns what it named', async () => {
    const { code, body } = await client().apply(configMap('created', { a: '1' }, { labels: { app: 'redis' } }))
    expect(code).toBe(201)
    expect(body).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } })
    expect(at(body, 'metadata', 'managedFields')).toEqual([
      {
        manager: 'first',
        operation: 'Apply',
        apiVersion: 'v1',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:app': {} } } }
      }
    ])
  })

  test('the same again answers 200 and writes nothing', async () => {
    const manifest = configMap('unchanged', { a: '1' })
    const first = await client().apply(manifest)
    const second = await client().apply(manifest)
    expect(second.code).toBe(200)
    expect(at(second.body, 'metadata')).toEqual(at(first.body, 'metadata'))
  })

  test('a change answers 200 with another resourceVersion', async () => {
    const first = await client().apply(configMap('configured', { a: '1' }))
    const second = await client().apply(configMap('configured', { a: '2' }))
    expect(second.code).toBe(200)
    expect(second.body['data']).toEqual({ a: '2' })
    expect(at(second.body, 'metadata', 'uid')).toBe(at(first.body, 'metadata', 'uid'))
    expect(at(second.body, 'metadata', 'resourceVersion')).not.toBe(at(first.body, 'metadata', 'resourceVersion'))
  })

  test('a dry run answers as if, and stores nothing', async () => {
    const manifest = configMap('dry', { a: '1' })
    const { code, body } = await client().apply(manifest, 'first', { dryRun: 'All' })
    expect(code).toBe(201)
    expect(body['data']).toEqual({ a: '1' })
    expect(at(body, 'metadata', 'resourceVersion')).toBeUndefined()
    expect(await client().get(manifest)).toMatchObject({ code: 404 })
  })

  test('fills in defaults, and an unchanged set of many fields stays unwritten', async () => {
    const container = {
      ports: [{ name: 'redis', containerPort: 6379 }],
      env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
      livenessProbe: { httpGet: { path: '/', port: 'redis' } },
      volumeMounts: [
        { name: 'data', mountPath: '/data' },
        { name: 'run', mountPath: '/run/redis' }
      ]
    }
    const manifest = statefulSet('defaults', { volumeClaimTemplates: [CLAIM] }, container)
    Object.assign(at(manifest, 'spec', 'template', 'spec') ?? {}, { volumes: [{ name: 'run', emptyDir: {} }] })
    const { body } = await client().apply(manifest)
    expect(body['spec']).toMatchObject({
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } }],
      template: {
        spec: {
          restartPolicy: 'Always',
          dnsPolicy: 'ClusterFirst',
          securityContext: {},
          containers: [
            {
              imagePullPolicy: 'IfNotPresent',
              resources: {},
              ports: [{ name: 'redis', containerPort: 6379, protocol: 'TCP' }],
              livenessProbe: { failureThreshold: 3, periodSeconds: 10, httpGet: { scheme: 'HTTP' } }
            }
          ]
        }
      }
    })
    expect(at(ownedBy(body, 'first'), 'f:spec')).toEqual(OWNED_SPEC)
    const before = await client().get(manifest)
    await client().apply(manifest)
    expect(at(await client().get(manifest), 'metadata', 'generation')).toBe(at(before, 'metadata', 'generation'))
    expect(ownedBy(await client().get(manifest), 'first')).toEqual(ownedBy(before, 'first'))
  })

  test('generation counts changes of spec only', async () => {
    const manifest = statefulSet('generation')
    expect(at((await client().apply(manifest)).body, 'metadata', 'generation')).toBe(1)
    const labelled: Manifest = { ...manifest, metadata: { name: 'generation', labels: { a: 'b' } } }
    expect(at((await client().apply(labelled)).body, 'metadata', 'generation')).toBe(1)
    const changed = statefulSet('generation', { revisionHistoryLimit: 3 })
    expect(at((await client().apply(changed)).body, 'metadata', 'generation')).toBe(2)
  })

  test('folds the stringData of a Secret into data', async () => {
    const secret: Manifest = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'folded' },
      stringData: { password: 'a' }
    }
    const { body } = await client().apply(secret)
    expect(body).toMatchObject({ type: 'Opaque', data: { password: 'YQ==' } })
    expect(body['stringData']).toBeUndefined()
    expect(ownedBy(body, 'first')).toEqual({ 'f:stringData': { 'f:password': {} } })
    const again = await client().apply(secret)
    expect(at(again.body, 'metadata', 'resourceVersion')).toBe(at(body, 'metadata', 'resourceVersion'))
  })

  test('a Service gets its defaults and keeps them', async () => {
    const manifest = service('defaulted', { selector: { a: 'b' }, ports: [{ name: 'redis', port: 6379 }] })
    const { body } = await client().apply(manifest)
    expect(body['spec']).toMatchObject({
      type: 'ClusterIP',
      clusterIP: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      sessionAffinity: 'None',
      ports: [{ name: 'redis', port: 6379, protocol: 'TCP', targetPort: 6379 }]
    })
    const again = await client().apply(manifest)
    expect(again.body['spec']).toEqual(body['spec'])
    expect(at(again.body, 'metadata', 'resourceVersion')).toBe(at(body, 'metadata', 'resourceVersion'))
  })
}

const OWNED_SPEC = {
  'f:replicas': {},
  'f:selector': {},
  'f:serviceName': {},
  'f:template': {
    'f:metadata': { 'f:labels': { 'f:app': {} } },
    'f:spec': {
      'f:containers': {
        'k:{"name":"redis"}': {
          '.': {},
          'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:valueFrom': { 'f:secretKeyRef': {} } } },
          'f:image': {},
          'f:livenessProbe': { 'f:httpGet': { 'f:path': {}, 'f:port': {} } },
          'f:name': {},
          'f:ports': { 'k:{"containerPort":6379,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:name': {} } },
          'f:volumeMounts': {
            'k:{"mountPath":"/data"}': { '.': {}, 'f:mountPath': {}, 'f:name': {} },
            'k:{"mountPath":"/run/redis"}': { '.': {}, 'f:mountPath': {}, 'f:name': {} }
          }
        }
      },
      'f:terminationGracePeriodSeconds': {},
      'f:volumes': { 'k:{"name":"run"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} } }
    }
  },
  'f:volumeClaimTemplates': {}
}
