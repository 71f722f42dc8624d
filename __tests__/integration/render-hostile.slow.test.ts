import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { kustomizeBuild } from '../../src/clients/kustomize/kustomize.ts'
import { runCommand } from '../../src/clients/runner/command.ts'
import { textAt } from '../../src/core/kubernetes/object.ts'
import { expectNoSecret } from '../support/captured.ts'
import { configMap, type Grounds, grounds } from './hostile.ts'
import { ended, failureOf } from './outcome.ts'
import { installedPrograms, pathWithOnly, rendering } from './rendering.ts'

const programs = await installedPrograms()
const current = programs.filter(({ path }) => !path.includes('node_modules'))
/** Without the slow one of node_modules, unless there is no other. */
const usual = current.length > 0 ? current : programs
/** What a manifest might get kustomize to run. */
const runnable = ['docker', 'podman', 'git', 'helm', 'run']

let folder: string
let marker: string
const paths = new Map<string, string>()

// Each program has a PATH of its own, with tools that leave a mark when they are run.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runnable-'))
  marker = join(folder, 'ran')
  for (const [index, program] of programs.entries()) {
    const path = await pathWithOnly(program, join(folder, String(index)))
    for (const name of runnable) await leavingMark(join(path, name))
    paths.set(program.path, path)
  }
})
afterAll(async () => rm(folder, { recursive: true }))
beforeEach(async () => rm(marker, { force: true }))

async function leavingMark(path: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\necho "$0" >>${marker}\n`)
  await chmod(path, 0o755)
}

const onFunction = (kind: string, apiVersion: string, how: object) => ({
  apiVersion,
  kind,
  metadata: { name: 'a', annotations: { 'config.kubernetes.io/function': JSON.stringify(how) } }
})
const script = { exec: { path: './run.sh' } }

/** Configurations of plugins that are programs. */
const plugins: [string, object][] = [
  ['a program of the repository', onFunction('Anything', 'example.org/v1', script)],
  ['a container', onFunction('Anything', 'example.org/v1', { container: { image: 'example.org/run:1' } })],
  [
    'a container with the folder of the workspace',
    onFunction('Anything', 'example.org/v1', {
      container: { image: 'example.org/run:1', mounts: [{ type: 'bind', src: './', dst: '/w' }] }
    })
  ],
  ['Starlark', onFunction('Anything', 'example.org/v1', { starlark: { path: './run.star', name: 'run' } })],
  ['a program in the name of one inside kustomize', onFunction('ConfigMapGenerator', 'v1', script)],
  ['a plugin of the home directory', { apiVersion: 'example.org/v1', kind: 'Run', metadata: { name: 'a' } }],
  [
    'Helm as a plugin',
    {
      apiVersion: 'builtin',
      kind: 'HelmChartInflationGenerator',
      metadata: { name: 'a' },
      name: 'redis',
      repo: 'https://example.org'
    }
  ]
]

async function withPlugin(field: string, plugin: object, rest: object = {}): Promise<Grounds> {
  const place = await grounds({
    'deploy/kustomization.yaml': { resources: ['a.yaml'], [field]: ['plugin.yaml'], ...rest },
    'deploy/a.yaml': configMap('a'),
    'deploy/plugin.yaml': plugin,
    'deploy/run.star': 'print("run")\n',
    'deploy/home/kustomize/plugin/example.org/v1/run/Run': ''
  })
  for (const name of ['run.sh', 'home/kustomize/plugin/example.org/v1/run/Run']) {
    await leavingMark(join(place.workspace, 'deploy', name))
  }
  return place
}

/** Renders a directory as it is, with all that could lead to a program. */
async function buildAsItIs(place: Grounds, path: string, more: NodeJS.ProcessEnv = {}) {
  const directory = join(place.workspace, 'deploy')
  process.env['PATH'] = path
  const signal = new AbortController().signal
  const home = join(directory, 'home')
  const environment = {
    ...process.env,
    XDG_CONFIG_HOME: home,
    KUSTOMIZE_PLUGIN_HOME: join(home, 'kustomize/plugin'),
    ...more
  }
  return ended(
    kustomizeBuild(directory, {
      run: runCommand,
      allowRemote: false,
      environment,
      timeoutMilliseconds: 60_000,
      signal,
      log: () => {}
    })
  )
}

describe('a program in a manifest', () => {
  describe.each(plugins)('is refused: %s', (_situation, plugin) => {
    test.each(['generators', 'transformers', 'validators'])('is refused in %s', async (field) => {
      await using place = await withPlugin(field, plugin)
      const failure = await failureOf(rendering({ manifests: 'deploy' }, { workspace: place.workspace }))
      expect(failure).toMatchObject({
        code: 'render-failed',
        message: expect.stringMatching(`^deploy/kustomization.yaml: ${field}: "\\w+" is not built into kustomize$`)
      })
      expect(existsSync(marker)).toBe(false)
    })

    test.each(usual)('would not be run by $name: $path', async ({ path }) => {
      await using place = await withPlugin('transformers', plugin)
      const { failure } = await buildAsItIs(place, String(paths.get(path)))
      expect(failure?.code).toBe('render-failed')
      expect(existsSync(marker)).toBe(false)
    })
  })

  test.each(usual)('is refused as a Helm field by $name: $path', async ({ path }) => {
    const chart = { helmCharts: [{ name: 'redis', repo: 'https://example.org', version: '1' }] }
    await using place = await grounds({ 'deploy/kustomization.yaml': chart })
    const { message } = await failureOf(rendering({ manifests: 'deploy' }, { workspace: place.workspace }))
    expect(message).toBe('deploy/kustomization.yaml: helmCharts would run Helm')
    await buildAsItIs(place, String(paths.get(path)))
    expect(existsSync(marker)).toBe(false)
  })

  test('is not confused with an object that mentions it', async () => {
    await using place = await withPlugin(
      'resources',
      {},
      {
        resources: ['plugin.yaml'],
        buildMetadata: ['originAnnotations', 'transformerAnnotations']
      }
    )
    const object = { ...onFunction('ConfigMap', 'v1', script), data: { a: 'b' } }
    await writeFile(join(place.workspace, 'deploy/plugin.yaml'), JSON.stringify(object))
    const { documents } = await rendering({ manifests: 'deploy' }, { workspace: place.workspace })
    expect(documents).toHaveLength(1)
    expect(existsSync(marker)).toBe(false)
  })

  // Else the tests above would prove nothing.
  const [asked] = usual.filter(({ name }) => name === 'kustomize')
  const withKustomize = asked === undefined ? test.skip : test
  withKustomize('runs where plugins are allowed, which proves the test', async () => {
    await using place = await withPlugin('transformers', onFunction('Anything', 'example.org/v1', script))
    const command = ['build', '--enable-alpha-plugins', '--enable-exec', join(place.workspace, 'deploy')]
    await promisify(execFile)(String(asked?.path), command).catch(() => undefined)
    expect(existsSync(marker)).toBe(true)
  })
})

describe('a secret of the job', () => {
  const secret = randomBytes(16).toString('hex')
  const files = {
    'deploy/kustomization.yaml': { configMapGenerator: [{ name: 'a', envs: ['a.env'] }] },
    'deploy/a.env': '# the token\nKEY=value\n  TOKEN\n'
  }

  test('is not read by a variable without a value', async () => {
    process.env['TOKEN'] = secret
    await using place = await grounds(files)
    const failure = await failureOf(rendering({ manifests: 'deploy' }, { workspace: place.workspace }))
    expect(failure.message).toBe(
      'deploy/kustomization.yaml: configMapGenerator.envs: "a.env" has no value in line 3; write KEY=VALUE'
    )
  })

  test.each(programs)('would not be found by $name: $path', async ({ path }) => {
    await using place = await grounds(files)
    const { result } = await buildAsItIs(place, String(paths.get(path)), { TOKEN: secret, GITHUB_TOKEN: secret })
    expect(result?.manifest).toContain('KEY: value')
    expectNoSecret(JSON.stringify(result), [secret])
  })
})

describe('names with a meaning in JavaScript', () => {
  test('are not fields of a kustomization', async () => {
    await using place = await grounds({
      'deploy/kustomization.yaml': 'resources: [a.yaml]\n__proto__: {polluted: true}\n',
      'deploy/a.yaml': configMap('a')
    })
    const failure = await failureOf(rendering({ manifests: 'deploy' }, { workspace: place.workspace }))
    expect(failure.message).toBe('deploy/kustomization.yaml: __proto__ is not a known field')
    expect('polluted' in {}).toBe(false)
  })

  test('are ordinary fields of an object', async () => {
    const rest = '__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\ndata: {__proto__: a}\n'
    await using place = await grounds({
      'deploy/kustomization.yaml': { resources: ['a.yaml'] },
      'deploy/a.yaml': configMap('a', rest)
    })
    const { documents } = await rendering({ manifests: 'deploy' }, { workspace: place.workspace })
    expect(textAt(documents[0]?.object, 'metadata', 'name')).toBe('a')
    expect('polluted' in {}).toBe(false)
  })
})
