import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { kustomizeBuild } from '../../src/clients/kustomize/kustomize.ts'
import { runCommand } from '../../src/clients/runner/command.ts'
import { copySources } from '../../src/phases/render/sandbox/copy.ts'
import { type Content, configMap, grounds } from './hostile.ts'
import { installedPrograms, pathWithOnly } from './rendering.ts'

const programs = await installedPrograms()
/** Whether there is another one than the old one that npm brings, which lacks some fields. */
const isCurrent = programs.some(({ path }) => !path.includes('node_modules'))
const deployment =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\n  annotations: {a: "0440"}\nspec:\n' +
  '  replicas: 1\n  template:\n    spec:\n      containers:\n      - {name: app, image: "app:1", env: [{name: A, value: "yes"}]}\n'
const plugin = (kind: string, rest: object) => ({ apiVersion: 'builtin', kind, metadata: { name: 'a' }, ...rest })

/** What a kustomization may have, each rendered from a copy as from the workspace. */
const kustomizations: [string, Readonly<Record<string, Content | object>>][] = [
  [
    'overlays on overlays, with components',
    {
      'deploy/kustomization.yaml':
        'resources: [../../workspace/middle/]\nnamePrefix: my-\ncomponents: [../parts/one]\n',
      'middle/kustomization.yml': '# comment\n---\nresources:\n  - ../base\n  - below\nnamespace: clinic\n---\n',
      'middle/below/Kustomization': { resources: ['./b.yaml'] },
      'middle/below/b.yaml': configMap('b'),
      'base/kustomization.yaml': { resources: ['a.yaml', 'deep/../deployment.yaml'] },
      'base/a.yaml': configMap('a', 'data:\n  ä: "…\\u0001"\n  redis.conf: |\n    save 60 1\n\n'),
      'base/deployment.yaml': deployment,
      'base/deep/kept': '',
      'parts/one/kustomization.yaml': { kind: 'Component', commonAnnotations: { part: 'one' } }
    }
  ],
  [
    'patches in every way',
    {
      'deploy/kustomization.yaml': [
        'resources: [deployment.yaml, a.yaml]',
        'patches:',
        '- path: patches/one.yaml',
        '- target: {kind: Deployment}',
        '  patch: |-',
        '    - {op: replace, path: /spec/replicas, value: 3}',
        '- patch: |-',
        '    apiVersion: v1',
        '    kind: ConfigMap',
        '    metadata: {name: a}',
        '    data: {url: "https://example.org/", date: "2001-01-01"}',
        ''
      ].join('\n'),
      'deploy/deployment.yaml': deployment,
      'deploy/a.yaml': configMap('a'),
      'deploy/patches/one.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app, labels: {a: b}}\n'
    }
  ],
  [
    'generators with local files',
    {
      'deploy/kustomization.yaml': {
        generatorOptions: { labels: { made: 'yes' } },
        configMapGenerator: [
          { name: 'files', files: ['conf/redis.conf', 'other=conf/redis.conf', 'latin1', 'linked.conf'] },
          { name: 'variables', envs: ['a.env'], literals: ['a=https://example.org', 'é=🙂'] }
        ],
        secretGenerator: [{ name: 'secret', type: 'Opaque', env: 'a.env', options: { disableNameSuffixHash: true } }]
      },
      'deploy/conf/redis.conf': 'maxmemory 1gb\r\n\u2028',
      'deploy/linked.conf': { link: 'conf/redis.conf' },
      'deploy/latin1': Buffer.from([0xe4, 0x00, 0xff]),
      'deploy/a.env': '\ufeffKEY=value\n\n# comment\n  OTHER=a=b\nEMPTY=\n'
    }
  ],
  [
    'what YAML can say in several ways',
    {
      'deploy/kustomization.yaml': [
        'resources: &files [a.yaml]',
        'images: [{name: app, newTag: 2021-01-01, newName: "registry.example:5000/app"}]',
        "commonAnnotations: {time: 12:30, mode: '0440', flag: 'yes', emoji: 🙂, separator: 'a\u2028b'}",
        'generatorOptions: {disableNameSuffixHash: yes}',
        'configMapGenerator:',
        '- <<: &defaults {behavior: create}',
        '  name: b',
        '  literals: [key=1:30]',
        'replicas: [{name: app, count: 0x2}]',
        ''
      ].join('\n'),
      'deploy/a.yaml': `${configMap('a')}---\n${deployment}`
    }
  ],
  [
    'texts that look like numbers',
    {
      'deploy/kustomization.yaml': [
        'resources: [a.yaml, deployment.yaml]',
        'commonAnnotations: {path: ., commit: 48e5203, telephone: 1234-56-78, time: 1:30, none: 0x_, large: 1e400}',
        'images: [{name: app, newTag: 4871e5203}]',
        'replicas: [{name: app, count: 0o3}]',
        'replacements:',
        '- source: {kind: ConfigMap, name: a, fieldPath: data.ns}',
        '  targets: [{select: {kind: ConfigMap, name: a}, fieldPaths: [data.host], options: {delimiter: ., index: 1}}]',
        ''
      ].join('\n'),
      'deploy/a.yaml': configMap('a', 'data: {ns: clinic, host: redis.old.svc}\n'),
      'deploy/deployment.yaml': deployment
    }
  ],
  [
    'files whose names look like addresses',
    {
      'deploy/kustomization.yaml': {
        resources: ['redis@7/a.yaml', 'github.com/x/b.yaml'],
        configMapGenerator: [{ name: 'files', files: ['redis@7/redis.conf'] }]
      },
      'deploy/redis@7/a.yaml': configMap('a'),
      'deploy/redis@7/redis.conf': 'maxmemory 1gb\n',
      'deploy/github.com/x/b.yaml': configMap('b')
    }
  ],
  [
    'a transformer that adds a value, with targets of a file',
    {
      'deploy/kustomization.yaml': { resources: ['a.yaml'], transformers: ['plugin.yaml'] },
      'deploy/a.yaml': configMap('a', 'data: {key: old}\n'),
      'deploy/plugin.yaml': plugin('ValueAddTransformer', { value: 'new', targetFilePath: 'targets.yaml' }),
      'deploy/targets.yaml': 'targets: [{selector: {kind: ConfigMap}, fieldPath: data/key}]\n'
    }
  ],
  [
    'yes and no in the configuration of a plugin',
    {
      'deploy/kustomization.yaml': { resources: ['a.yaml'], transformers: ['plugins.yaml'] },
      'deploy/a.yaml': configMap('a'),
      'deploy/plugins.yaml':
        'apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\nprefix: no\nfieldSpecs: [{path: metadata/name}]\n' +
        '---\napiVersion: builtin\nkind: AnnotationsTransformer\nmetadata: {name: a}\n' +
        'annotations: {a: y, b: 0440, c: ., d: 1.50}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n---\n'
    }
  ],
  [
    'replacements, labels, configurations and a schema',
    {
      'deploy/kustomization.yaml': {
        resources: ['deployment.yaml', 'a.yaml'],
        labels: [{ pairs: { a: 'b' }, includeTemplates: true }],
        replacements: [{ path: 'replacement.yaml' }],
        configurations: ['configuration.yaml'],
        crds: ['crds.json'],
        sortOptions: { order: 'fifo' },
        nameSuffix: '-1'
      },
      'deploy/deployment.yaml': deployment,
      'deploy/a.yaml': configMap('a', 'data: {image: "app:2"}\n'),
      'deploy/crds.json': {},
      'deploy/configuration.yaml': 'nameReference: []\n',
      'deploy/replacement.yaml': {
        source: { kind: 'ConfigMap', name: 'a', fieldPath: 'data.image' },
        targets: [{ select: { kind: 'Deployment' }, fieldPaths: ['spec.template.spec.containers.0.image'] }]
      }
    }
  ],
  [
    'the generators and transformers inside kustomize',
    {
      'deploy/kustomization.yaml': {
        resources: ['a.yaml'],
        generators: ['plugins/generator.yaml'],
        transformers: [
          'plugins/transformers.yaml',
          'apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: n, namespace: clinic}\n'
        ]
      },
      'deploy/a.yaml': configMap('a'),
      'deploy/plugins/generator.yaml': plugin('ConfigMapGenerator', { metadata: { name: 'made' }, files: ['file'] }),
      'deploy/plugins/transformers.yaml':
        'apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\nprefix: my-\nfieldSpecs: [{path: metadata/name}]\n' +
        `---\n${JSON.stringify(plugin('PatchTransformer', { path: 'patch.yaml', target: { name: 'a' } }))}\n`,
      'deploy/patch.yaml': '- {op: add, path: /data, value: {a: b}}\n',
      'deploy/file': 'content'
    }
  ],
  [
    'fields that are old',
    {
      'deploy/kustomization.yaml': {
        bases: ['../base'],
        commonLabels: { a: 'b' },
        imageTags: [{ name: 'app', newTag: '3' }],
        patchesStrategicMerge: ['patch.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {c: d}\n'],
        patchesJson6902: [{ target: { version: 'v1', kind: 'ConfigMap', name: 'a' }, path: 'operations.json' }],
        vars: [{ name: 'NAME', objref: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' } }]
      },
      'base/kustomization.yaml': { resources: ['all.yaml'] },
      'base/all.yaml': `${configMap('a')}---\n${deployment.replace('yes', '$(NAME)')}`,
      'deploy/patch.yaml': configMap('a', 'data: {e: f}\n'),
      'deploy/operations.json': [{ op: 'add', path: '/data/g', value: 'h' }]
    }
  ]
]

let folder: string
const paths: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-'))
  for (const [index, program] of programs.entries()) {
    paths.push(await pathWithOnly(program, join(folder, String(index))))
  }
})
afterAll(async () => rm(folder, { recursive: true }))

describe('the sandbox copy', () => {
  test.each(kustomizations)('renders like the workspace: %s', async (_situation, files) => {
    await using place = await grounds(files)
    const { workspace, outside } = place
    const base = join(workspace, 'deploy')
    const copy = await copySources(base, { workspace, copy: join(outside, 'copy') }, false)
    const signal = new AbortController().signal
    const build = (directory: string) =>
      kustomizeBuild(directory, {
        run: runCommand,
        allowRemote: false,
        environment: process.env,
        timeoutMilliseconds: 60_000,
        signal,
        log: () => {}
      })
    let rendered = 0
    for (const path of paths) {
      process.env['PATH'] = path
      // An old one may lack a field.
      const original = await build(base).catch(() => undefined)
      if (original === undefined) continue
      rendered++
      expect(await build(copy)).toEqual(original)
    }
    if (isCurrent) expect(rendered).toBeGreaterThan(0)
  })
})
