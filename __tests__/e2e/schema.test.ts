import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type KubernetesObject, objectId } from '../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../src/core/manifest.ts'
import { checkObject } from '../../src/core/schema/check.ts'
import { type Access, accessTo } from '../integration/applying.ts'
import { kubectl } from '../support/cluster/kubectl.ts'
import { minorVersion } from '../support/cluster/version.ts'
import { root } from '../support/root.ts'
import { schema } from '../unit/core/schema/kubernetes.ts'
import { baseManifest } from '../unit/document-of.ts'

const run = promisify(execFile)
const minor = await minorVersion()
const namespace = `schema-${randomBytes(4).toString('hex')}`
let access: Access

beforeAll(async () => {
  await kubectl('create', 'namespace', namespace)
  const kubeconfig = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=yaml')
  access = await accessTo({ kubeconfig }, 1)
})
afterAll(async () => {
  access[Symbol.dispose]()
  await kubectl('delete', 'namespace', namespace, '--wait=false')
})

test('the schema matches a cluster of its version', async () => {
  const { stdout } = await run(process.execPath, [join(root, 'scripts', 'schema.ts'), '--check'])
  expect(stdout).toMatch(/is up to date|is not of the version of this cluster/)
})

test('every object of a known kind in the cluster fits the schema', async () => {
  const kinds = Object.entries(schema.kinds).flatMap(([version, { checked }]) =>
    checked.map((kind) => (version.includes('/') ? `${kind}.${version.split('/').reverse().join('.')}` : kind))
  )
  const json = await kubectl('get', kinds.join(','), '--all-namespaces', '--output=json', '--show-managed-fields')
  const { items }: { items: KubernetesObject[] } = JSON.parse(json)
  expect(items.length).toBeGreaterThan(50)
  const checked = items.map((object) => ({ id: objectId(object), ...checkObject(object, schema) }))
  expect(checked.filter(({ problems, note }) => problems.length > 0 || note !== undefined)).toEqual([])
})

const more = `
apiVersion: batch/v1
kind: CronJob
metadata: {name: x}
spec:
  schedule: '@daily'
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b, ports: [{containerPort: 1}]}]}}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {a: YQ==}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: x}, rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: x}, spec: {maxUnavailable: 1}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: x}, spec: {hard: {limits.memory: 1Gi}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: x}, spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 1}}}}]}}]}}
`
const manifest = `${baseManifest()}---${more}`

/** What the API server answers to a dry run of an apply of each document; undefined if it takes all of them. */
async function refused(text: string): Promise<string | undefined> {
  for (const { object, source } of parseManifest(text)) {
    const answer = await access.cluster.apply(object, source, namespace, { dryRun: true }).then(
      () => undefined,
      (error: unknown) => String(error)
    )
    if (answer !== undefined) return answer
  }
  return undefined
}

const problemsOf = (text: string) => parseManifest(text).flatMap(({ object }) => checkObject(object, schema).problems)

function edited(from: string, to: string): string {
  if (!manifest.includes(from)) throw new Error(`there is no ${from} in the documents`)
  return manifest.replace(from, () => to)
}

describe('the API server and the schema', () => {
  test.each([
    ['a misspelt field', 'serviceName:', 'servicename:'],
    ['a misspelt field in a list', 'periodSeconds: 10', 'peroidSeconds: 10'],
    ['a field at the wrong level', 'enableServiceLinks: false', 'replicas: 1'],
    ['a misspelt field of the metadata', 'metadata:\n  name: redis\n', 'metadata:\n  name: redis\n  lables: {a: b}\n'],
    ['a text for a number', 'replicas: 1', "replicas: '1'"],
    ['a fraction', 'replicas: 1', 'replicas: 1.5'],
    ['a text for true or false', 'enableServiceLinks: false', "enableServiceLinks: 'false'"],
    ['a number for a text', "prometheus.io/port: '9121'", 'prometheus.io/port: 9121'],
    ['yes for a text', "prometheus.io/scrape: 'true'", 'prometheus.io/scrape: yes'],
    ['no list', 'accessModes: [ReadWriteOnce]', 'accessModes: ReadWriteOnce'],
    ['no map', 'labels:\n', 'labels: [a]\n  annotations:\n'],
    ['none of the choices', 'restartPolicy: Never', 'restartPolicy: Sometimes'],
    ['no quantity', 'limits.memory: 1Gi', 'limits.memory: 1GB'],
    ['no base64', 'a: YQ==', 'a: YQ'],
    ['neither integer nor text', 'maxUnavailable: 1', 'maxUnavailable: 1.5'],
    ['a missing field', '{containerPort: 1}', '{name: a}'],
    ['a missing list', 'verbs: [get]', 'verbs: null'],
    ['a missing map', 'selector:\n    matchLabels:\n      app.kubernetes.io/name: redis\n  template:', 'template:'],
    ['a kind of another group', 'apiVersion: policy/v1', 'apiVersion: apps/v1'],
    [
      'an old version',
      'apiVersion: networking.k8s.io/v1, kind: Ingress',
      'apiVersion: networking.k8s.io/v1beta1, kind: Ingress'
    ],
    ['a misspelt kind', 'kind: CronJob', 'kind: Cronjob']
  ])('both refuse %s', async (_, from, to) => {
    const text = edited(from, to)
    expect(problemsOf(text)).not.toEqual([])
    expect(await refused(text)).toBeDefined()
  })

  test.each([
    ['nothing wrong', 'replicas: 1', 'replicas: 1'],
    ['a field that is null', 'enableServiceLinks: false', 'enableServiceLinks: null'],
    ['a date', "prometheus.io/port: '9121'", 'prometheus.io/port: 2024-01-01'],
    ['an empty text for a choice', 'enableServiceLinks: false', "dnsPolicy: ''"],
    ['a number for a quantity', 'limits.memory: 1Gi', 'limits.memory: 1.5'],
    ['an exponent', 'limits.memory: 1Gi', 'limits.memory: 1e9'],
    ['a percentage', 'maxUnavailable: 1', 'maxUnavailable: 50%'],
    ['base64 of several lines', 'a: YQ==', 'a: "YWJj\\nYWJj\\n"'],
    // New in Kubernetes 1.34.
    ...(minor >= 34 ? [['a new field', 'enableServiceLinks: false', 'hostnameOverride: a'] as const] : []),
    ['an empty status', 'spec:\n', 'status: {}\nspec:\n']
  ])('both accept %s', async (_, from, to) => {
    const text = edited(from, to)
    expect(problemsOf(text)).toEqual([])
    expect(await refused(text)).toBeUndefined()
  })
})
