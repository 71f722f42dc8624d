import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trimPackages } from './trim.ts'

// Builds dist/ from src/: one bundle a program, and one for the SDK of AWS, minified, with the licences of what it holds.
//   node scripts/build.ts           writes dist/
//   node scripts/build.ts --check   fails if dist/ is not what the source builds, byte for byte

const root = join(import.meta.dirname, '..')
/** What is bundled, by the folder of dist/. */
const bundles = {
  render: 'steps/render.js',
  deploy: 'steps/deploy.js',
  report: 'steps/report.js',
  verify: 'steps/verify.js',
  aws: 'clients/aws/client.js'
}
/** What stands in dist for src/clients/aws/load.ts, which says why; the bundler leaves such an import as it is. */
const loadClient = "export const loadClient = () => import(/* webpackIgnore: true */ '../aws/index.js')\n"
const maximumBytes = 8_000_000

const check = process.argv.includes('--check')
const target = check ? mkdtempSync(join(tmpdir(), 'dist-')) : join(root, 'dist')
try {
  bundle(target)
  verify()
} finally {
  if (check) rmSync(target, { recursive: true })
}

function bundle(directory: string): void {
  const lib = join(root, 'lib')
  rmSync(lib, { recursive: true, force: true })
  rmSync(directory, { recursive: true, force: true })
  run('typescript/bin/tsc', '--project', 'tsconfig.build.json')
  trimPackages(root, lib)
  writeFileSync(join(lib, 'clients', 'aws', 'load.js'), loadClient)
  for (const [name, entry] of Object.entries(bundles)) {
    run(
      '@vercel/ncc/dist/ncc/cli.js',
      'build',
      join(lib, entry),
      '--out',
      join(directory, name),
      '--minify',
      '--no-cache',
      '--license',
      'licenses.txt',
      '--target',
      'es2022'
    )
  }
  rmSync(lib, { recursive: true })
}

function run(tool: string, ...parameters: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', tool), ...parameters], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit']
  })
}

function verify(): void {
  const files = list(target)
  const bytes = files.reduce((sum, file) => sum + statSync(join(target, file)).size, 0)
  const problems: string[] = []
  if (bytes > maximumBytes) problems.push(`dist has ${bytes} bytes, more than ${maximumBytes}`)
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    // What the bundler writes for a module that it does not find; it would fail when the program starts.
    const text = readFileSync(join(target, file), 'utf8')
    const missing = /eval\("require"\)\("(\.[^"]*)"\)/.exec(text)?.[1]
    if (missing !== undefined) problems.push(`dist/${file} lacks the module ${missing}; see scripts/trim.ts`)
    for (const [, other = ''] of text.matchAll(/import\(\s*['"](\.\.\/[^'"]*)['"]\s*\)/g)) {
      if (!files.includes(join(file, '..', other))) problems.push(`dist/${file} loads ${other}, which is not built`)
    }
  }
  if (check) {
    const committed = list(join(root, 'dist'))
    for (const file of new Set([...files, ...committed])) {
      const same =
        files.includes(file) && committed.includes(file) && equal(join(target, file), join(root, 'dist', file))
      if (!same) problems.push(`dist/${file} is not what the source builds; run: npm run build`)
    }
  }
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else console.log(`dist: ${files.length} files, ${bytes} bytes${check ? ', up to date' : ''}`)
}

function equal(a: string, b: string): boolean {
  return readFileSync(a).equals(readFileSync(b))
}

function list(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort()
}
