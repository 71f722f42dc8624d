import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { root } from '../root.ts'
import { packageBundle } from './packages.ts'

// Node takes more than a second to start a program from the hundreds of modules of its sources and packages.

const source = join(root, 'src')
const programs = ['render', 'deploy', 'report', 'verify'].map((name): [string, string] => [name, `steps/${name}.ts`])
/** The programs that tests run in a separate process, by name. */
const entries = [...programs, ['elasticache', 'clients/aws/elasticache.ts']]
/** Passes the folder of the programs to the jest workers. */
const variable = 'TEST_PROGRAMS'

/** @returns the path of a program, built from the sources as they were when jest started */
export function programPath(name: string): string {
  return join(programsFolder(), `${name}.mjs`)
}

/** @returns the path of the module that describes replication groups, built likewise */
export function elasticachePath(): string {
  return join(programsFolder(), 'modules', 'elasticache.mjs')
}

function programsFolder(): string {
  const folder = process.env[variable]
  if (folder === undefined) throw new Error('there are no programs: this ring of tests has no global set-up')
  return folder
}

export async function buildPrograms(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'programs-'))
  process.env[variable] = folder
  const modules = join(folder, 'modules')
  await build({
    entryPoints: Object.fromEntries(entries.map(([name = '', path = '']) => [name, join(source, path)])),
    outdir: modules,
    bundle: true,
    // A dynamically imported module stays separate.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
    plugins: [bundledPackages, ownFolder]
  })
  for (const [name] of programs) {
    const lines = [
      `import { enableCompileCache } from 'node:module'`,
      `enableCompileCache(${JSON.stringify(join(folder, 'compiled'))})`,
      `await import(${JSON.stringify(join(modules, `${name}.mjs`))})`
    ]
    await writeFile(join(folder, `${name}.mjs`), lines.join('\n'))
  }
}

export async function removePrograms(): Promise<void> {
  await rm(programsFolder(), { recursive: true, force: true })
}

/** Packages already have their own bundles, which need no second build. */
const bundledPackages: Plugin = {
  name: 'bundled packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => {
      const bundle = packageBundle(path)
      return bundle === undefined ? null : { path: bundle, external: true }
    })
  }
}

/** A source finds the files of the repository relative to its own path. */
const ownFolder: Plugin = {
  name: 'own folder',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      return { loader: 'ts', contents: text.replaceAll('import.meta.dirname', JSON.stringify(dirname(path))) }
    })
  }
}
