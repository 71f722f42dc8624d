import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { kustomizeBuild } from '../../src/clients/kustomize/kustomize.ts'
import { runCommand } from '../../src/clients/runner/command.ts'
import type { KubernetesObject } from '../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../src/core/manifest.ts'
import { codeBlocks } from '../support/code-blocks.ts'
import { root } from '../support/root.ts'
import { searchPath } from '../support/search-path.ts'

const manifests = join(root, 'manifests')
const ours = 'hospital-erp-system'
const other = 'cache-staging'
let folder: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'manifests-')))
  process.env['PATH'] = searchPath(root)
})
afterAll(async () => rm(folder, { recursive: true }))

/** What a kustomization renders, without a warning. */
async function rendered(name: string, kustomization: string): Promise<string> {
  const directory = join(folder, name)
  await mkdir(directory)
  await writeFile(join(directory, 'kustomization.yaml'), kustomization)
  const options = {
    run: runCommand,
    allowRemote: false,
    environment: process.env,
    timeoutMilliseconds: 60_000,
    log: () => {}
  }
  const { manifest, warnings } = await kustomizeBuild(directory, { ...options, signal: new AbortController().signal })
  expect(warnings).toBe('')
  return manifest
}

/** The first kustomization of a document. */
async function kustomizationIn(path: string): Promise<string> {
  const blocks = codeBlocks(await readFile(join(root, path), 'utf8'), 'yaml')
  const found = blocks.find((block) => block.includes('kind: Kustomization'))
  if (found === undefined) throw new Error(`${path} has no kustomization`)
  return found
}

const roles = (await readdir(manifests)).filter((name) => name.startsWith('rbac'))

test.each(roles)('%s follows the namespace of a kustomization, including its subjects', async (name) => {
  const remote = /https:\S*\/manifests\/rbac\?ref=v1$/m
  const documented = await kustomizationIn('README.md')
  expect(documented).toMatch(remote)
  expect(documented).toContain(`namespace: ${other}`)
  const local = relative(join(folder, name), join(manifests, name))
  const manifest = await rendered(
    name,
    documented.replace(remote, () => local)
  )
  const objects = parseManifest(manifest).map(({ object }) => object)
  const subjects = objects.flatMap((object) => (object as { subjects?: { namespace?: string }[] }).subjects ?? [])
  expect(subjects.length).toBeGreaterThan(0)
  for (const { namespace } of subjects) expect(namespace).toBe(other)
  expect(manifest).not.toContain(ours)
})

interface Rules extends KubernetesObject {
  spec: { groups: { rules: { expr: string }[] }[] }
}

const expressionsOf = (object: KubernetesObject | undefined) =>
  (object as Rules).spec.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))

test('the kustomization in docs/prometheus.md puts the alerts into its namespace', async () => {
  await cp(join(manifests, 'base'), join(folder, 'base'), { recursive: true })
  await cp(join(manifests, 'components', 'prometheus'), join(folder, 'prometheus'), { recursive: true })
  const manifest = await rendered('redis', await kustomizationIn('docs/prometheus.md'))
  const objects = parseManifest(manifest).map(({ object }) => object)
  for (const { metadata } of objects) expect(metadata.namespace).toBe(other)
  const expressions = expressionsOf(objects.find(({ kind }) => kind === 'PrometheusRule'))
  expect(expressions).toHaveLength(10)
  for (const expression of expressions) {
    // One such selector in each, to which Prometheus matches the rest: no series of another pod has a part in it.
    expect(expression.match(/\{[^}]*(namespace|pod)=.*?\}/g)).toEqual([`{namespace="${other}",pod="redis-0"}`])
  }
  const policy = JSON.stringify(objects.find(({ kind }) => kind === 'NetworkPolicy'))
  expect(policy).toContain('"kubernetes.io/metadata.name":"observability"')
  expect(policy).not.toContain('monitoring')
})
