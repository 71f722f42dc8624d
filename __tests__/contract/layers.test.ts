import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { root } from '../support/root.ts'

const source = join(root, 'src')
/** From the inside out: each imports itself and those before it. */
const layers = ['core', 'clients', 'phases', 'steps']
/** Each outside world, and the packages that only it may import. */
const clients: Record<string, RegExp> = {
  kubernetes: /^(@kubernetes\/client-node|ws)(\/|$)/,
  redis: /^ioredis$/,
  // It runs the git of the machine.
  git: /(?!)/,
  kustomize: /^@actions\/(io|tool-cache)$/,
  runner: /^@actions\/(core|exec)$/,
  aws: /^@aws-sdk\//,
  github: /^@octokit\//
}
/** The packages that are no outside world, each with the one file of core that imports it. */
const shared: Record<string, string> = { yaml: 'core/yaml/document.ts', diff: 'core/text-diff.ts' }
/** What one phase may import of others: a plan is an apply that only tries. */
const phasesOf: Record<string, readonly string[]> = { plan: ['apply'] }

interface Import {
  file: string
  from: string
  /** The file of src that is imported; undefined for a package. */
  target: string | undefined
  /** Whether nothing of it is left at run time. */
  isType: boolean
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
const texts = new Map(files.map((file) => [file, readFileSync(join(source, file), 'utf8')]))

const imports: Import[] = [...texts].flatMap(([file, text]) =>
  [...text.matchAll(/^(?:import|export)( type)? [^'=(]* from '([^']+)'|\bimport\(?\s*'([^']+)'/gm)].map(
    ([, type, named = '', from = named]) => {
      const target = from.startsWith('.') ? relative(source, join(source, dirname(file), from)) : undefined
      return { file, from, target, isType: type !== undefined }
    }
  )
)

const layerOf = (file: string) => file.split('/')[0] ?? ''
/** `clients/redis`, `phases/apply`. */
const folderOf = (file: string) => file.split('/').slice(0, 2).join('/')
const nameOf = (file: string) => file.split('/')[1] ?? ''
/** The imports of files of a layer that lead to other files of src. */
const importsOf = (layer: string) =>
  imports.flatMap((each) =>
    layerOf(each.file) === layer && each.target !== undefined ? [{ ...each, target: each.target }] : []
  )
const told = (wrong: readonly { file: string; target: string }[]) =>
  wrong.map(({ file, target }) => `${file} → ${target}`)

describe('the tree of src', () => {
  test('has four layers and the README, and no loose file', () => {
    expect(readdirSync(source).sort()).toEqual([...layers, 'README.md'].sort())
  })

  test('has one folder for each client and phase, and no loose file', () => {
    const entries = (layer: string) => readdirSync(join(source, layer), { withFileTypes: true })
    expect(
      entries('clients')
        .map(({ name }) => name)
        .sort()
    ).toEqual(Object.keys(clients).sort())
    expect(entries('phases').filter((entry) => !entry.isDirectory())).toEqual([])
  })

  test('exports no name from two files', () => {
    const exported = [...texts].flatMap(([file, text]) =>
      [...text.matchAll(/^export (?:async )?(?:type|interface|function\*?|const|let|class|enum) (\w+)/gm)].map(
        ([, name = '']) => ({ name, file })
      )
    )
    expect(exported.length).toBeGreaterThan(100)
    const several = Object.entries(Object.groupBy(exported, ({ name }) => name)).filter(
      ([, all = []]) => all.length > 1
    )
    expect(several.map(([name, all = []]) => `${name}: ${all.map(({ file }) => file).join(', ')}`)).toEqual([])
  })
})

describe('the imports of src', () => {
  test('lead from core only to core', () => {
    expect(told(importsOf('core').filter(({ target }) => layerOf(target) !== 'core'))).toEqual([])
  })

  test('lead from a client only to itself and core', () => {
    const wrong = importsOf('clients').filter(
      ({ file, target }) => layerOf(target) !== 'core' && folderOf(target) !== folderOf(file)
    )
    expect(told(wrong)).toEqual([])
  })

  test('lead from a phase to itself and core, to types of clients, and to listed phases', () => {
    const wrong = importsOf('phases').filter(({ file, target, isType }) => {
      if (layerOf(target) === 'core' || folderOf(target) === folderOf(file)) return false
      if (layerOf(target) === 'clients') return !isType
      return layerOf(target) !== 'phases' || !(phasesOf[nameOf(file)] ?? []).includes(nameOf(target))
    })
    expect(told(wrong)).toEqual([])
  })

  test('contain no cycle, type imports included', () => {
    expect(circle()).toEqual([])
  })

  test('name each package in one file', () => {
    const packages = imports.filter(({ target, from }) => target === undefined && !from.startsWith('node:'))
    expect(packages.length).toBeGreaterThan(5)
    for (const { file, from } of packages) {
      const client = Object.entries(clients).find(([, names]) => names.test(from))?.[0]
      expect(`${from} in ${file}`).toBe(
        `${from} in ${client === undefined ? shared[from] : `clients/${client}/${file.split('/').slice(2).join('/')}`}`
      )
    }
  })

  test('reading of process.env is limited to steps, and waiting to the clock', () => {
    const having = (pattern: RegExp) => [...texts].filter(([, text]) => pattern.test(text)).map(([file]) => file)
    expect(new Set(having(/process\.env/).map(layerOf))).toEqual(new Set(['steps']))
    expect(having(/setTimeout\(|setInterval\(/)).toEqual(['clients/runner/system-clock.ts', 'steps/step.ts'])
  })
})

/** The first circle of imports that is found, empty if there is none. */
function circle(): string[] {
  const next = Map.groupBy(imports, ({ file }) => file)
  const done = new Set<string>()
  const follow = (file: string, way: readonly string[]): string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return []
    for (const { target } of next.get(file) ?? []) {
      const found = target === undefined ? [] : follow(target, [...way, file])
      if (found.length > 0) return found
    }
    done.add(file)
    return []
  }
  return files.map((file) => follow(file, [])).find((found) => found.length > 0) ?? []
}
