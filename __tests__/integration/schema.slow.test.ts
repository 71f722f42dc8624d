import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { kustomizeBuild } from '../../src/clients/kustomize/kustomize.ts'
import { runCommand } from '../../src/clients/runner/command.ts'
import { objectId } from '../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../src/core/manifest.ts'
import { checkObject } from '../../src/core/schema/check.ts'
import { root } from '../support/root.ts'
import { searchPath } from '../support/search-path.ts'
import { schema } from '../unit/core/schema/kubernetes.ts'

const manifests = join(root, 'manifests')
let folder: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'schema-')))
  process.env['PATH'] = searchPath(root)
})
afterAll(async () => rm(folder, { recursive: true }))

/** What is wrong with what a kustomization renders, and the kinds of which nothing is known. */
async function checked(directory: string): Promise<{ count: number; problems: string[]; unknown: string[] }> {
  const options = {
    run: runCommand,
    allowRemote: false,
    environment: process.env,
    timeoutMilliseconds: 60_000,
    log: () => {}
  }
  const { manifest } = await kustomizeBuild(directory, { ...options, signal: new AbortController().signal })
  const objects = parseManifest(manifest).map(({ object }) => ({ object, ...checkObject(object, schema) }))
  return {
    count: objects.length,
    problems: objects.flatMap(({ object, problems }) => problems.map((problem) => `${objectId(object)}: ${problem}`)),
    unknown: objects.filter(({ note }) => note !== undefined).map(({ object }) => object.kind)
  }
}

/** A kustomization of these resources and components, by their paths below the manifests. */
async function composed(name: string, resources: string[], components: string[]): Promise<string> {
  const directory = join(folder, name)
  const paths = (parts: string[]) => parts.map((part) => relative(directory, join(manifests, part)))
  await mkdir(directory)
  await writeFile(
    join(directory, 'kustomization.yaml'),
    JSON.stringify({ resources: paths(resources), components: paths(components) })
  )
  return directory
}

/** Kinds of others, and of Kubernetes itself one that no cache needs. */
const withoutSchema = [
  'ExternalSecret',
  'PodMonitor',
  'PrometheusRule',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding'
]

const overlays = await readdir(join(manifests, 'overlays'))
const grants = (await readdir(manifests)).filter((name) => name.startsWith('rbac'))

test.each([...overlays.map((name) => join('overlays', name)), ...grants])('%s fits the schema', async (path) => {
  const { count, problems, unknown } = await checked(join(manifests, path))
  expect(count).toBeGreaterThan(0)
  expect(problems).toEqual([])
  expect(withoutSchema).toEqual(expect.arrayContaining(unknown))
})

test.each(await readdir(join(manifests, 'components')))('the component %s fits the schema', async (name) => {
  const { problems, unknown } = await checked(await composed(name, ['base'], [join('components', name)]))
  expect(problems).toEqual([])
  expect(withoutSchema).toEqual(expect.arrayContaining(unknown))
})
