import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../support/root.ts'
import { type Commit, jsonPatch, merge } from './repository.ts'

/** A commit, and what it does to the cluster. */
export interface Edit extends Commit {
  readonly name: string
  /** What becomes of the objects that are named here; nothing of all others. */
  readonly changes: Record<string, 'create' | 'change'>
  /** Why redis-0 restarts; it does not where nothing is said. */
  readonly restart?: readonly string[]
  /** What stays behind without being rendered. */
  readonly leftovers?: readonly string[]
}

const redisConf = (
  parse(readFileSync(join(root, 'manifests/base/redis-config.yaml'), 'utf8')) as { data: Record<string, string> }
).data['redis.conf']

/** Two objects change where the pod reads its configuration once, at its start. */
const configured = { 'ConfigMap/redis-config': 'change', 'StatefulSet/redis': 'change' } as const
const statefulSet = { 'StatefulSet/redis': 'change' } as const
const template = ['pod template']

const ofSet = (spec: object) => merge('StatefulSet/redis', { spec })
const ofTemplate = (template: object) => ofSet({ template })
const ofPod = (spec: object) => ofTemplate({ spec })
const ofRedis = (fields: object) => ofPod({ containers: [{ name: 'redis', ...fields }] })
const settings = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data
})
const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'redis' },
  spec: { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'redis' } } }
}
const backup = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'backup' } } }

/** What people change in the manifests of a Redis, one commit after the other. */
export const edits: readonly Edit[] = [
  { name: 'maxmemory', inputs: { maxmemory: '200mb' }, changes: configured, restart: ['configuration'] },
  {
    name: 'its policy',
    inputs: { 'maxmemory-policy': 'volatile-lru' },
    changes: configured,
    restart: ['configuration']
  },
  { name: 'the memory limit', inputs: { 'memory-limit': '600Mi' }, changes: statefulSet, restart: template },
  { name: 'the same limit in another unit', inputs: { 'memory-limit': '614400Ki' }, changes: {} },
  // The same images by other names, which every node has.
  { name: 'the image', inputs: { 'redis-image': 'redis:7.2.16-alpine' }, changes: statefulSet, restart: template },
  {
    name: 'the image of the exporter',
    inputs: { 'exporter-image': 'oliver006/redis_exporter:v1.88.0' },
    changes: statefulSet,
    restart: template
  },
  {
    name: 'the password',
    inputs: { 'redis-password': randomBytes(18).toString('hex') },
    changes: { 'Secret/redis-credentials': 'change', 'StatefulSet/redis': 'change' },
    restart: ['password']
  },
  {
    name: 'a label of the StatefulSet',
    patches: { label: merge('StatefulSet/redis', { metadata: { labels: { team: 'erp' } } }) },
    changes: statefulSet
  },
  {
    name: 'an annotation of the StatefulSet',
    patches: {
      annotation: merge('StatefulSet/redis', { metadata: { annotations: { 'example.com/runbook': 'cache' } } })
    },
    changes: statefulSet
  },
  {
    name: 'a label of the pod',
    patches: { podLabel: ofTemplate({ metadata: { labels: { team: 'erp' } } }) },
    changes: statefulSet,
    restart: template
  },
  {
    name: 'the name of a port of the Service',
    patches: { port: jsonPatch('Service/redis', { op: 'replace', path: '/spec/ports/0/name', value: 'tcp-redis' }) },
    changes: { 'Service/redis': 'change' }
  },
  {
    name: 'one more port of the headless Service',
    patches: {
      metrics: jsonPatch('Service/redis-headless', {
        op: 'add',
        path: '/spec/ports/-',
        value: { name: 'metrics', port: 9121, targetPort: 'metrics' }
      })
    },
    changes: { 'Service/redis-headless': 'change' }
  },
  {
    name: 'a default that is written out',
    patches: { affinity: merge('Service/redis', { spec: { sessionAffinity: 'None' } }) },
    changes: { 'Service/redis': 'change' }
  },
  {
    name: 'a default of the pod that is written out',
    patches: { dns: ofPod({ dnsPolicy: 'ClusterFirst' }) },
    changes: statefulSet
  },
  {
    name: 'a label of the Service that goes',
    patches: {
      labels: jsonPatch('Service/redis', { op: 'remove', path: '/metadata/labels/app.kubernetes.io~1component' })
    },
    changes: { 'Service/redis': 'change' }
  },
  {
    name: 'one more who may connect',
    patches: { peer: jsonPatch('NetworkPolicy/redis', { op: 'add', path: '/spec/ingress/0/from/-', value: backup }) },
    changes: { 'NetworkPolicy/redis': 'change' }
  },
  {
    name: 'the same two in another order',
    patches: { peer: jsonPatch('NetworkPolicy/redis', { op: 'add', path: '/spec/ingress/0/from/0', value: backup }) },
    changes: { 'NetworkPolicy/redis': 'change' }
  },
  {
    name: 'a rule of the NetworkPolicy that goes',
    patches: { rule: jsonPatch('NetworkPolicy/redis', { op: 'remove', path: '/spec/ingress/1' }) },
    changes: { 'NetworkPolicy/redis': 'change' }
  },
  {
    name: 'the period of a probe',
    patches: { probe: ofRedis({ readinessProbe: { periodSeconds: 7 } }) },
    changes: statefulSet,
    restart: template
  },
  {
    name: 'two variables',
    patches: {
      env: ofRedis({
        env: [
          { name: 'TZ', value: 'Europe/Berlin' },
          { name: 'LANG', value: 'C.UTF-8' }
        ]
      })
    },
    changes: statefulSet,
    restart: template
  },
  {
    name: 'the same two in another order',
    patches: {
      env: ofRedis({
        env: [
          { name: 'LANG', value: 'C.UTF-8' },
          { name: 'TZ', value: 'Europe/Berlin' }
        ]
      })
    },
    changes: statefulSet,
    restart: template
  },
  {
    name: 'a volume',
    patches: {
      volume: ofPod({
        volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } }],
        containers: [{ name: 'redis', volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] }]
      })
    },
    changes: statefulSet,
    restart: template
  },
  {
    name: 'the requested processor time',
    patches: { cpu: ofRedis({ resources: { requests: { cpu: '50m' } } }) },
    changes: statefulSet,
    restart: template
  },
  {
    name: 'the time to end',
    patches: { grace: ofPod({ terminationGracePeriodSeconds: 30 }) },
    changes: statefulSet,
    restart: template
  },
  {
    name: 'how many revisions are kept',
    patches: { history: ofSet({ revisionHistoryLimit: 5 }) },
    changes: statefulSet
  },
  {
    name: 'a file beside redis.conf',
    patches: { file: merge('ConfigMap/redis-config', { data: { 'notes.txt': 'ask the team erp\n' } }) },
    changes: configured,
    restart: ['configuration']
  },
  {
    name: 'how often a snapshot is made',
    patches: {
      save: merge('ConfigMap/redis-config', {
        data: { 'redis.conf': redisConf?.replace('save 60 10000', 'save 60 5000') }
      })
    },
    changes: configured,
    restart: ['configuration']
  },
  {
    name: 'two more objects',
    objects: { budget, settings: settings({ LOG_LEVEL: 'info' }) },
    changes: { 'PodDisruptionBudget/redis': 'create', 'ConfigMap/settings': 'create' }
  },
  {
    name: 'a value in one of them',
    objects: { settings: settings({ LOG_LEVEL: 'debug' }) },
    changes: { 'ConfigMap/settings': 'change' }
  },
  {
    name: 'an object that is no longer rendered, and stays',
    objects: { settings: undefined },
    changes: {},
    leftovers: ['ConfigMap/settings']
  },
  {
    name: 'all of it taken back but the password and the images',
    inputs: {
      maxmemory: undefined,
      'maxmemory-policy': undefined,
      'memory-limit': undefined,
      'redis-password': undefined
    },
    patches: Object.fromEntries(
      'label annotation podLabel port metrics affinity dns labels peer rule probe env volume cpu grace history file save'
        .split(' ')
        .map((name) => [name, undefined])
    ),
    changes: {
      ...configured,
      'Service/redis': 'change',
      'Service/redis-headless': 'change',
      'NetworkPolicy/redis': 'change'
    },
    restart: ['configuration', 'pod template'],
    leftovers: ['ConfigMap/settings']
  }
]
