import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { at, listAt, textAt } from '../../src/core/kubernetes/object.ts'
import type { RenderInputs } from '../../src/phases/render/deps.ts'
import { configPatch, statefulSetPatch, workspaceWith } from '../support/workspace.ts'
import { failureOf, wordsOf } from './outcome.ts'
import { type RenderRun, rendering } from './rendering.ts'

const ids = ({ documents }: RenderRun) => documents.map(({ object }) => `${object.kind}/${object.metadata.name}`).sort()
const selfHosted = [
  'ConfigMap/redis-config',
  'NetworkPolicy/redis',
  'Service/redis',
  'Service/redis-headless',
  'StatefulSet/redis'
]

function object({ documents }: RenderRun, kind: string): unknown {
  return documents.find((document) => document.object.kind === kind)?.object
}

const containers = (run: RenderRun) => listAt(object(run, 'StatefulSet'), 'spec', 'template', 'spec', 'containers')
const container = (run: RenderRun, name: string) => containers(run).find((each) => at(each, 'name') === name)
const claim = (run: RenderRun) => at(object(run, 'StatefulSet'), 'spec', 'volumeClaimTemplates', 0, 'spec')

describe('the manifests of the action', () => {
  test.each([
    ['development', '64mb', '128Mi', '1Gi'],
    ['staging', '256mb', '512Mi', '5Gi']
  ])('render for %s a Redis with %s, without a warning', async (environment, maxmemory, limit, storage) => {
    const run = await rendering({ environment, namespace: 'clinic' })
    expect(run.log).toEqual([])
    expect(run.topology).toBe('self-hosted')
    expect(ids(run)).toEqual(selfHosted)
    expect(run.documents.map((document) => document.object.metadata.namespace)).toEqual(selfHosted.map(() => 'clinic'))
    expect(textAt(object(run, 'ConfigMap'), 'data', 'maxmemory.conf')?.trim()).toBe(`maxmemory ${maxmemory}`)
    expect(at(container(run, 'redis'), 'resources')).toEqual({
      requests: { cpu: '100m', memory: limit },
      limits: { memory: limit }
    })
    expect(textAt(claim(run), 'resources', 'requests', 'storage')).toBe(storage)
  })

  test('render for production only the ExternalSecret', async () => {
    const run = await rendering({ environment: 'production', namespace: 'clinic' })
    expect(run).toMatchObject({ topology: 'managed', log: [] })
    expect(ids(run)).toEqual(['ExternalSecret/redis-credentials'])
    const spec = at(run.documents[0]?.object, 'spec')
    expect(at(run.documents[0]?.object, 'metadata', 'namespace')).toBe('clinic')
    expect(spec).toMatchObject({
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws-secrets-manager' },
      target: { name: 'redis-credentials' },
      data: ['host', 'port', 'password', 'url'].map((field) => ({
        secretKey: field,
        remoteRef: { key: 'hospital-erp/redis', property: field }
      }))
    })
  })
})

describe('adjustments', () => {
  test('are applied to the right fields, all at once', async () => {
    const run = await rendering({
      environment: 'development',
      adjustments: {
        maxmemory: '100mb',
        maxmemoryPolicy: 'volatile-ttl',
        memoryLimit: '300Mi',
        storageSize: '7Gi',
        storageClass: 'fast.ssd',
        redisImage: 'registry.example:5000/redis:7.2',
        exporterImage: `example.org/exporter@sha256:${'0'.repeat(64)}`
      }
    })
    expect(object(run, 'ConfigMap')).toMatchObject({
      data: { 'maxmemory.conf': 'maxmemory 100mb\n', 'maxmemory-policy.conf': 'maxmemory-policy volatile-ttl\n' }
    })
    expect(container(run, 'redis')).toMatchObject({
      image: 'registry.example:5000/redis:7.2',
      resources: { requests: { cpu: '100m', memory: '300Mi' }, limits: { memory: '300Mi' } }
    })
    expect(container(run, 'metrics')).toMatchObject({ image: `example.org/exporter@sha256:${'0'.repeat(64)}` })
    expect(claim(run)).toMatchObject({ storageClassName: 'fast.ssd', resources: { requests: { storage: '7Gi' } } })
  })

  test('of production are applied to the ExternalSecret', async () => {
    const run = await rendering({
      environment: 'production',
      adjustments: { secretStore: { kind: 'SecretStore', name: 'clinic' }, remoteSecret: 'clinic/cache' }
    })
    const spec = at(run.documents[0]?.object, 'spec')
    expect(at(spec, 'secretStoreRef')).toEqual({ kind: 'SecretStore', name: 'clinic' })
    expect(listAt(spec, 'data').map((item) => textAt(item, 'remoteRef', 'key'))).toEqual(
      Array.from({ length: 4 }, () => 'clinic/cache')
    )
    expect(listAt(spec, 'data').map((item) => textAt(item, 'remoteRef', 'property'))).toEqual([
      'host',
      'port',
      'password',
      'url'
    ])
  })

  test('for the checks of a managed cache need no StatefulSet', async () => {
    const adjustments = { redisImage: 'redis:7.2', maxmemoryPolicy: 'volatile-lru' }
    expect((await rendering({ environment: 'production', adjustments })).topology).toBe('managed')
  })

  test('without an effect are refused, all at once', async () => {
    const failure = await failureOf(
      rendering({ environment: 'production', adjustments: { maxmemory: '1gb', storageSize: '5Gi' } })
    )
    expect(failure).toMatchObject({
      code: 'invalid-input',
      message:
        'the input maxmemory: 1gb has no effect because these manifests have no StatefulSet redis. ' +
        'the input storage-size: 5Gi has no effect because these manifests have no StatefulSet redis'
    })
  })

  test('for a managed cache are refused for a self-hosted Redis', async () => {
    const adjustments = { secretStore: { kind: 'SecretStore', name: 'clinic' }, remoteSecret: 'clinic/cache' } as const
    expect(await failureOf(rendering({ environment: 'staging', adjustments }))).toMatchObject({
      code: 'invalid-input',
      message:
        'the input secret-store: SecretStore/clinic has no effect because these manifests have a StatefulSet redis, ' +
        'which uses no external secret. the input remote-secret: clinic/cache has no effect because these ' +
        'manifests have a StatefulSet redis, which uses no external secret'
    })
  })

  test('are refused if redis.conf does not include them', async () => {
    const config = { 'redis.conf': 'maxmemory 256mb\ninclude /run/redis/auth.conf\n', 'maxmemory.conf': null }
    const patch = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'redis-config' },
      data: config
    })
    const target = { kind: 'ConfigMap', name: 'redis-config' }
    await using workspace = await workspaceWith([{ target, patch }])
    const inputs = { manifests: 'deploy/redis', adjustments: { maxmemory: '100mb' } }
    expect(await failureOf(rendering(inputs, { workspace: workspace.path }))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('redis.conf does not include the key maxmemory.conf of ConfigMap redis-config')
    })
  })

  test('are refused if they leave too little memory', async () => {
    expect(await failureOf(rendering({ adjustments: { maxmemory: '300mb' } }))).toMatchObject({
      code: 'invalid-input',
      message:
        'the memory limit 512Mi of container redis is less than twice maxmemory 300mb; ' +
        'set memory-limit to 600Mi or more, or maxmemory to less'
    })
  })
})

describe('the rendered file', () => {
  test('is private to its owner and contains exactly the output of kustomize', async () => {
    const use = async ({ manifest, documents }: RenderRun) => {
      expect((await stat(manifest)).mode & 0o777).toBe(0o600)
      expect(await readFile(manifest, 'utf8')).toBe(documents.map(({ source }) => source).join('---\n'))
    }
    await rendering({}, { use })
  })
})

describe('custom manifests', () => {
  let outside: string
  let workspace: string

  beforeAll(async () => {
    outside = await mkdtemp(join(tmpdir(), 'outside-'))
    workspace = join(outside, 'workspace')
    const files = {
      'elsewhere/kustomization.yaml': 'resources: []\n',
      'workspace/empty/readme': '',
      'workspace/cache/overlays/staging/kustomization.yml': 'resources: []\n',
      'workspace/broken/kustomization.yaml': 'resources: [half.yaml]\n',
      'workspace/broken/half.yaml': 'kind: [\n',
      'workspace/old/Kustomization': 'bases: [../cache/overlays/staging]\n'
    }
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(outside, name)), { recursive: true })
      await writeFile(join(outside, name), content)
    }
    await symlink('../elsewhere', join(workspace, 'link'))
  })
  afterAll(async () => rm(outside, { recursive: true }))

  const refused = (inputs: Partial<RenderInputs>) => failureOf(rendering(inputs, { workspace }))

  test.each([
    ['that are not there', 'absent', 'manifests: "absent" does not exist in the workspace', 'check out first'],
    ['above the workspace', '../elsewhere', 'manifests: "../elsewhere" is outside the workspace', 'in the repository'],
    ['behind a symbolic link', 'link', 'manifests: "link" is outside the workspace', 'in the repository'],
    ['elsewhere on the machine', '/', 'manifests: "/" is outside the workspace', 'in the repository'],
    [
      'without a kustomization',
      'empty',
      'manifests: "empty" holds no kustomization.yaml',
      'name a directory that holds'
    ],
    ['one level too high', 'cache', 'manifests: "cache" holds no', 'set manifests: cache/overlays/staging']
  ])('are refused %s', async (_situation, manifests, message, hint) => {
    const failure = await refused({ manifests })
    expect(failure).toMatchObject({ code: 'invalid-input', hint: expect.stringContaining(hint) })
    expect(failure.message).toContain(message)
  })

  test('are refused with the message of kustomize', async () => {
    const failure = await refused({ manifests: 'broken' })
    expect(failure.code).toBe('render-failed')
    expect(failure.message).toMatch(/^(kustomize build|kubectl kustomize) ended with exit code 1: .*half\.yaml/)
    // The path in the workspace, and not the one of the copy.
    expect(failure.message).toMatch(/'broken'/)
    expect(wordsOf(failure)).not.toContain(tmpdir())
    expect(failure.evidence).toEqual([
      { title: expect.stringMatching(/^What ku\S+ \w+ said$/), text: expect.stringContaining('half.yaml') }
    ])
  })

  test('that render nothing', async () => {
    expect(await refused({ manifests: 'cache/overlays/staging' })).toMatchObject({
      code: 'invalid-manifest',
      message: 'the manifests render no object: name their files under resources'
    })
  })

  test('may extend those of the action in the namespace of the input', async () => {
    await using repository = await workspaceWith([
      configPatch('maxmemory-policy.conf', 'maxmemory-policy noeviction\n')
    ])
    const run = await rendering(
      { environment: 'test-7', manifests: 'deploy/redis', namespace: 'clinic' },
      { workspace: repository.path }
    )
    expect(ids(run)).toEqual(selfHosted)
    expect(object(run, 'ConfigMap')).toMatchObject({
      metadata: { namespace: 'clinic' },
      data: { 'maxmemory-policy.conf': 'maxmemory-policy noeviction\n' }
    })
  })

  test('are refused with each contradiction named', async () => {
    await using repository = await workspaceWith([
      statefulSetPatch({ op: 'replace', path: '/spec/replicas', value: 3 }),
      configPatch('maxmemory.conf', 'maxmemory 1gb\n')
    ])
    expect(await failureOf(rendering({ manifests: 'deploy/redis' }, { workspace: repository.path }))).toMatchObject({
      code: 'invalid-manifest',
      message:
        'StatefulSet/redis has 3 replicas; this action supports one. ' +
        'the memory limit 512Mi of container redis is less than twice maxmemory 1gb; ' +
        'set memory-limit to 2Gi or more, or maxmemory to less'
    })
  })

  test('that cannot work are no mistake of the inputs beside them', async () => {
    const file = {
      'redis.conf': 'bind 127.0.0.1\nmaxmemory 100mb\ninclude /etc/redis/maxmemory.conf\ninclude /run/redis/auth.conf\n'
    }
    const patch = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'redis-config' },
      data: file
    })
    await using repository = await workspaceWith([{ target: { kind: 'ConfigMap', name: 'redis-config' }, patch }])
    const inputs = { manifests: 'deploy/redis', adjustments: { maxmemory: '100mb' } }
    expect(await failureOf(rendering(inputs, { workspace: repository.path }))).toMatchObject({
      code: 'invalid-manifest',
      message:
        'ConfigMap/redis-config: bind 127.0.0.1 in redis.conf lets nobody outside the pod connect: write bind * -::*',
      hint: 'correct the manifests'
    })
  })

  test('that have a Secret of a generator, with the suffix that applications do not know', async () => {
    const kustomization = (options: object) => ({
      'deploy/redis/kustomization.yaml': JSON.stringify({
        resources: ['../manifests/base'],
        secretGenerator: [{ name: 'redis-credentials', literals: ['password=a-password'], ...options }]
      })
    })
    await using suffixed = await workspaceWith([], kustomization({}))
    const inputs = { manifests: 'deploy/redis' }
    expect(await failureOf(rendering(inputs, { workspace: suffixed.path }))).toMatchObject({
      code: 'invalid-manifest',
      message: expect.stringMatching(/^Secret\/redis-credentials-\w{10} has the suffix of a secretGenerator, /)
    })
    await using plain = await workspaceWith([], kustomization({ options: { disableNameSuffixHash: true } }))
    expect(ids(await rendering(inputs, { workspace: plain.path }))).toContain('Secret/redis-credentials')
  })
})
