import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { root } from '../support/root.ts'

const source = join(root, 'src')
const phases = [
  'render',
  'base',
  'guard',
  'apply',
  'rollout',
  'probe',
  'secret',
  'elasticache',
  'connection',
  'drift',
  'schema',
  'plan',
  'comment',
  'report'
]
/** Each outside world, and the packages that only it may import. */
const adapters: Record<string, RegExp> = {
  kubernetes: /^(@kubernetes\/client-node|ws)(\/|$)/,
  redis: /^ioredis$/,
  // It is handed what runs the git of the machine.
  git: /(?!)/,
  kustomize: /^@actions\/(io|tool-cache)$/,
  runner: /^@actions\/(core|exec)$/,
  aws: /^@aws-sdk\//,
  github: /^@octokit\//
}
/** The packages of the vocabulary, each with the one file that imports it. */
const shared: Record<string, string> = { yaml: 'yaml-document.ts', diff: 'text-diff.ts' }

interface Import {
  file: string
  from: string
  /** The folder of src that is imported, '' for a file of src itself; undefined for a package. */
  folder: string | undefined
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

const imports: Import[] = files.flatMap((file) =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/(?:from |import\s*\(?\s*)'([^']+)'/g)].map(([, from = '']) => {
    const target = from.startsWith('.') ? relative(source, join(source, dirname(file), from)) : undefined
    return { file, from, folder: target === undefined ? undefined : dirname(target).replace(/^\.$/, '') }
  })
)

const folderOf = (file: string) => dirname(file).replace(/^\.$/, '')

describe('who may import whom', () => {
  test('each folder is known as what it is', () => {
    const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => name).sort()).toEqual([...phases, ...Object.keys(adapters), 'main'].sort())
  })

  test('a phase imports itself and the shared vocabulary', () => {
    const wrong = imports.filter(
      ({ file, folder }) =>
        phases.includes(folderOf(file)) && folder !== undefined && folder !== '' && folder !== folderOf(file)
    )
    expect(wrong).toEqual([])
  })

  test('an adapter imports neither a phase nor another adapter', () => {
    const wrong = imports.filter(
      ({ file, folder }) =>
        folderOf(file) in adapters && folder !== undefined && folder !== '' && folder !== folderOf(file)
    )
    expect(wrong).toEqual([])
  })

  test('the vocabulary imports only itself', () => {
    expect(
      imports.filter(({ file, folder }) => folderOf(file) === '' && folder !== undefined && folder !== '')
    ).toEqual([])
  })

  test('each package has one importer', () => {
    const packages = imports.filter(({ folder, from }) => folder === undefined && !from.startsWith('node:'))
    expect(packages.length).toBeGreaterThan(5)
    for (const { file, from } of packages) {
      const owner = Object.entries(adapters).find(([, names]) => names.test(from))?.[0] ?? shared[from]
      expect(`${from} in ${owner}`).toBe(`${from} in ${from in shared ? file : folderOf(file)}`)
    }
  })

  test('nothing but main reads process.env, and nothing but the clock waits', () => {
    const texts = files.map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }))
    const reading = texts.filter(({ text }) => text.includes('process.env')).map(({ file }) => folderOf(file))
    expect(new Set(reading)).toEqual(new Set(['main']))
    const waiting = texts.filter(({ text }) => /setTimeout\(|setInterval\(/.test(text)).map(({ file }) => file)
    expect(waiting.sort()).toEqual(['main/program.ts', 'runner/clock.ts'])
  })
})
