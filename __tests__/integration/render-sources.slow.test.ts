import { chmod, readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { copySources } from '../../src/phases/render/sandbox/copy.ts'
import fc from '../support/fast-check.ts'
import { type Content, configMap, grounds } from './hostile.ts'
import { ended, failureOf, wordsOf } from './outcome.ts'
import { rendering } from './rendering.ts'

type Files = Readonly<Record<string, Content | object>>

/** The failure of a workspace whose `deploy` is rendered. */
async function refusalOf(files: Files, manifests = 'deploy') {
  await using place = await grounds(files)
  return await failureOf(rendering({ manifests }, { workspace: place.workspace }))
}

const allowed = [
  'deploy',
  'deploy/kustomization.yaml',
  'deploy/a.yaml',
  'base',
  'base/kustomization.yaml',
  'base/b.yaml'
]
const secret = configMap('secret', 'data: {password: of-the-runner}\n')

describe('a path outside the workspace', () => {
  test.each<[string, Files, string]>([
    [
      'a directory by its path',
      {
        '../other/kustomization.yaml': { resources: ['secret.yaml'] },
        '../other/secret.yaml': secret,
        'deploy/kustomization.yaml': { resources: ['../../other'] }
      },
      'deploy/kustomization.yaml: resources: "../../other" is outside the workspace'
    ],
    [
      'a component behind a symbolic link',
      {
        '../other/kustomization.yaml': { kind: 'Component', resources: [] },
        'deploy/part': { link: '../../other' },
        'deploy/kustomization.yaml': { components: ['part'] }
      },
      'deploy/kustomization.yaml: components: "part" is outside the workspace'
    ],
    [
      'a file behind a symbolic link',
      {
        '../secret.yaml': secret,
        'deploy/secret.yaml': { link: '../../secret.yaml' },
        'deploy/kustomization.yaml': { resources: ['secret.yaml'] }
      },
      'deploy/kustomization.yaml: resources: "secret.yaml" is outside the workspace'
    ],
    [
      'a file below a symbolic link',
      {
        '../other/secret.yaml': secret,
        'deploy/part': { link: '../../other' },
        'deploy/kustomization.yaml': { configMapGenerator: [{ name: 'a', files: ['key=part/secret.yaml'] }] }
      },
      'deploy/kustomization.yaml: configMapGenerator.files: "part/secret.yaml" is outside the workspace'
    ],
    [
      'the kustomization itself',
      {
        '../kustomization.yaml': { resources: [] },
        'deploy/kustomization.yaml': { link: '../../kustomization.yaml' }
      },
      'deploy/kustomization.yaml is outside the workspace'
    ],
    [
      'an absolute path',
      { 'deploy/kustomization.yaml': { resources: ['/etc/passwd'] } },
      'deploy/kustomization.yaml: resources: "/etc/passwd" is not a relative path'
    ],
    [
      'an address of this machine',
      { 'deploy/kustomization.yaml': { resources: ['file:///etc'] } },
      'deploy/kustomization.yaml: resources: "file:///etc" is not a relative path'
    ],
    [
      'what a base of a base names',
      {
        '../secret.yaml': secret,
        'deploy/kustomization.yaml': { resources: ['../middle'] },
        'middle/kustomization.yaml': { components: ['../lowest'] },
        'lowest/Kustomization': { kind: 'Component', patches: [{ path: '../../secret.yaml' }] }
      },
      'lowest/Kustomization: patches.path: "../../secret.yaml" is outside the workspace'
    ]
  ])('is refused: %s', async (_situation, files, message) => {
    const failure = await refusalOf(files)
    expect(failure).toMatchObject({ code: 'render-failed', message })
    expect(failure.hint).toContain('files in the repository')
  })

  test('is refused behind a link of a parent directory', async () => {
    const files = {
      '../other/deploy/kustomization.yaml': { resources: [] },
      linked: { link: '../other' }
    }
    expect(await refusalOf(files, 'linked/deploy')).toMatchObject({
      code: 'invalid-input',
      message: 'manifests: "linked/deploy" is outside the workspace'
    })
  })
})

describe('a file that no manifest needs', () => {
  test('is refused if it is in the folder where a checkout keeps its token', async () => {
    const failure = await refusalOf({
      '.git/config': '[http]\nextraheader = the-token\n',
      // The whole workspace becomes the directory of a kustomization, so that kustomize itself would read it.
      deploy: { link: '.' },
      'kustomization.yaml': { configMapGenerator: [{ name: 'a', files: ['key=.git/config'] }] }
    })
    expect(failure.message).toBe('kustomization.yaml: configMapGenerator.files: ".git/config" is in .git')
    expect(wordsOf(failure)).not.toContain('the-token')
  })

  test.each<[string, Files, string | RegExp]>([
    ['a file that is missing', { 'deploy/kustomization.yaml': { crds: ['a.json'] } }, 'crds: "a.json" does not exist'],
    [
      'a link to itself',
      { 'deploy/a': { link: 'a' }, 'deploy/kustomization.yaml': { resources: ['a'] } },
      'resources: "a" cannot be read'
    ],
    [
      'a name that no file can have',
      { 'deploy/kustomization.yaml': { resources: [`${'n'.repeat(300)}.yaml`] } },
      'cannot be read'
    ],
    [
      'a pipe, which would be read for ever',
      { 'deploy/a.yaml': 'pipe', 'deploy/kustomization.yaml': { resources: ['a.yaml'] } },
      'resources: "a.yaml" is neither a file nor a directory'
    ],
    [
      'a pipe as the kustomization',
      { 'deploy/kustomization.yaml': 'pipe' },
      'deploy/kustomization.yaml is neither a file nor a directory'
    ],
    [
      'a file of another directory, as kustomize has it',
      { 'base/a.yaml': configMap('a'), 'deploy/kustomization.yaml': { resources: ['../base/a.yaml'] } },
      'resources: "../base/a.yaml" is outside the directory of its kustomization'
    ],
    [
      'a directory where a file is wanted',
      { 'deploy/part/a': '', 'deploy/kustomization.yaml': { patches: [{ path: 'part' }] } },
      'patches.path: "part" is a directory, not a file'
    ],
    [
      'a file where a directory is wanted',
      { 'deploy/a.yaml': configMap('a'), 'deploy/kustomization.yaml': { components: ['a.yaml'] } },
      'components: "a.yaml" is a file, not a directory'
    ],
    [
      'a kustomization as a file, which would take the place of the one that was checked',
      {
        'deploy/kustomization.yaml': {
          resources: ['part'],
          configMapGenerator: [{ name: 'a', files: ['part/kustomization.yml'] }]
        },
        'deploy/part/kustomization.yml': { resources: [] }
      },
      'configMapGenerator.files: "part/kustomization.yml" is a kustomization'
    ],
    [
      'a directory without a kustomization',
      { 'deploy/kustomization.yaml': { resources: ['../base'] }, 'base/a.yaml': '' },
      'base holds no kustomization.yaml'
    ],
    [
      'a directory with two',
      { 'deploy/kustomization.yaml': { resources: [] }, 'deploy/Kustomization': { resources: [] } },
      /^deploy\/\w+(\.yaml)? exists next to \w+(\.yaml)?; keep one$/
    ]
  ])('is refused: %s', async (_situation, files, words) => {
    const { code, message } = await refusalOf(files)
    expect(code).toBe('render-failed')
    if (typeof words === 'string') expect(message).toContain(words)
    else expect(message).toMatch(words)
  })

  // Nothing is unreadable for root.
  const asUser = process.getuid?.() === 0 ? test.skip : test
  asUser('is refused if it is unreadable', async () => {
    await using place = await grounds({
      'deploy/a.yaml': configMap('a'),
      'deploy/kustomization.yaml': { resources: ['a.yaml'] }
    })
    await chmod(join(place.workspace, 'deploy/a.yaml'), 0)
    const { message } = await failureOf(rendering({ manifests: 'deploy' }, { workspace: place.workspace }))
    expect(message).toContain('resources: "a.yaml" cannot be read')
  })
})

describe('endless input', () => {
  test('is refused for a cycle of directories', async () => {
    const failure = await refusalOf({
      'deploy/kustomization.yaml': { resources: ['../a'] },
      'a/kustomization.yaml': { resources: ['../b'] },
      'b/kustomization.yaml': { resources: ['../a'] }
    })
    expect(failure).toMatchObject({
      code: 'render-failed',
      message: 'the manifests include themselves: "a" includes "b" includes "a"'
    })
  })

  test('is refused for directories that each include the next one twice', async () => {
    const levels = Array.from({ length: 20 }, (_, level) => {
      const resources = level === 19 ? [] : ['left', 'right'].map((side) => `../../${level + 1}/${side}`)
      return ['left', 'right'].map((side) => [`${level}/${side}/kustomization.yaml`, { resources, namePrefix: side }])
    })
    const { message } = await refusalOf(Object.fromEntries(levels.flat()), '0/left')
    expect(message).toContain('name more than 1000 files and directories')
  })

  test('is refused for a large file that is referenced many times', async () => {
    const files = Array.from({ length: 900 }, (_, index) => `key-${index}=big`)
    const failure = await refusalOf({
      'deploy/big': 'x'.repeat(10_000),
      'deploy/kustomization.yaml': { configMapGenerator: [{ name: 'a', files }] }
    })
    expect(failure.message).toContain('or have more than 5 MiB; what is included twice counts twice')
  })

  test('is refused for a sparse file larger than memory', async () => {
    await using place = await grounds({ 'deploy/a': '', 'deploy/kustomization.yaml': { resources: ['a'] } })
    await truncate(join(place.workspace, 'deploy/a'), 2 ** 40)
    const { message } = await failureOf(rendering({ manifests: 'deploy' }, { workspace: place.workspace }))
    expect(message).toContain('or have more than 5 MiB')
  })

  test('is refused for aliases that expand exponentially', async () => {
    const lists = Array.from({ length: 12 }, (_, level) => {
      const item = level === 0 ? 'x' : `*l${level - 1}`
      return `l${level}: &l${level} [${Array(10).fill(item).join(', ')}]`
    })
    const { message } = await refusalOf({ 'deploy/kustomization.yaml': lists.join('\n') })
    expect(message).toMatch(/^deploy\/kustomization.yaml cannot be parsed: .*alias/i)
  })
})

describe('a refusal with many problems', () => {
  const files = {
    'deploy/kustomization.yaml': {
      resources: ['../../a', 'https://example.org/b.yaml', 'c.yaml', 'd.yaml'],
      helmCharts: [{ name: 'redis' }]
    }
  }

  test('names three in the sentence and all in the evidence', async () => {
    const { message, hint, evidence } = await refusalOf(files)
    expect(message).toBe(
      '5 places in the manifests are rejected: deploy/kustomization.yaml: resources: "../../a" does not exist; ' +
        'deploy/kustomization.yaml: resources: "https://example.org/b.yaml" is remote; ' +
        'deploy/kustomization.yaml: resources: "c.yaml" does not exist; and 2 more'
    )
    expect(hint).toContain('`allow-remote-bases: true`')
    expect(evidence[0]?.text.split('\n')).toHaveLength(5)
    expect(evidence[0]?.text).toContain('deploy/kustomization.yaml: helmCharts would run Helm')
  })

  test('has its own lines whatever the names contain', async () => {
    const name = 'x\n::error::owned\r\u2028##[error]`@org/team`'
    const failure = await refusalOf(
      { [`${name}/kustomization.yaml`]: { resources: [`${name}.yaml`, 'a\n::set-output name=x::y'], [name]: [] } },
      name
    )
    expect(failure.message).not.toContain('\n')
    for (const line of wordsOf(failure).split('\n')) expect(line).not.toMatch(/^\s*::|##\[/)
    expect(failure.evidence[0]?.text.split('\n')).toHaveLength(3)
  })
})

test('the sandbox copy has only files of the workspace, whatever a kustomization refers to', async () => {
  await using place = await grounds({
    '../outside.yaml': secret,
    '.git/config': secret,
    'deploy/kustomization.yaml': '',
    'deploy/a.yaml': configMap('a'),
    'deploy/out': { link: '../..' },
    'base/kustomization.yaml': { resources: ['b.yaml'] },
    'base/b.yaml': configMap('b')
  })
  const step = fc.constantFrom('.', '..', 'deploy', 'out', 'base', 'a.yaml', 'outside.yaml', '.git', 'config', '', '\0')
  const path = fc.array(step, { maxLength: 5 }).map((steps) => steps.join('/'))
  const likely = fc.constantFrom('a.yaml', '../base', 'out/workspace/base', 'out/outside.yaml', '../.git/config')
  const paths = fc.array(fc.oneof({ weight: 4, arbitrary: likely }, path, fc.string()), { maxLength: 2 })
  const kustomization = fc.record(
    { resources: paths, components: paths, crds: paths, configMapGenerator: fc.tuple(fc.record({ files: paths })) },
    { requiredKeys: [] }
  )
  const seen = new Set<string>()
  let runs = 0
  await fc.assert(
    fc.asyncProperty(kustomization, async (content) => {
      const copy = join(place.outside, `copy-${runs++}`)
      await writeFile(join(place.workspace, 'deploy/kustomization.yaml'), JSON.stringify(content))
      await ended(copySources(join(place.workspace, 'deploy'), { workspace: place.workspace, copy }, false))
      const copied = await readdir(copy, { recursive: true }).catch(() => [])
      for (const name of copied) {
        expect(allowed).toContain(name)
        seen.add(name)
      }
    })
  )
  expect(seen).toContain('base/b.yaml')
})
