import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../root.ts'

// Jest loads each module of a package again for each test file, and the Kubernetes client alone has a thousand. So the
// tests load packages from bundles, one file a package, which are built once for the installed versions.

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}
/** The bundled packages: those of the action, and test dependencies with many modules. */
const packages = [...Object.keys(dependencies), '@actions/expressions', 'fast-check', 'selfsigned']
const specifier = `(?:${packages.join('|')})(?:/[^']*)?`

/** Everything that src and the tests import from these packages. */
const imported = new Set(
  ['src', '__tests__']
    .flatMap((folder) => {
      const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      const texts = files.filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(root, folder, name)))
      return texts.flatMap((text) => [...text.toString().matchAll(new RegExp(`from '(${specifier})'`, 'g'))])
    })
    .map(([, name = '']) => name)
)

const key = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(readFileSync(import.meta.filename))
  .update([...imported].sort().join())
  .digest('hex')
const cache = join(root, 'node_modules', '.cache', 'test-packages')
const folder = join(cache, key.slice(0, 16))

/** Where jest finds the packages. */
export const packageMapper = { [`^(${specifier})$`]: `${folder}/$1.js` }

/** @returns the bundle of an import; undefined for a package that is not bundled */
export function packageBundle(name: string): string | undefined {
  return imported.has(name) ? join(folder, `${name}.js`) : undefined
}

/** Builds the bundles, unless those of the installed packages exist. */
export async function buildPackages(): Promise<void> {
  if (existsSync(folder)) return
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(join(cache, 'building-'))
  try {
    const entries = await Promise.all([...imported].map((name) => entryOf(name, join(temporary, 'entries'))))
    await build({
      entryPoints: Object.fromEntries(entries),
      outdir: join(temporary, 'bundles'),
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: 'none',
      logLevel: 'warning',
      // For CommonJS modules inside.
      banner: { js: "import{createRequire as ownRequire}from'node:module';const require=ownRequire(import.meta.url);" }
    })
    // Two concurrent runs build the same, and the first one stays.
    await rename(join(temporary, 'bundles'), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(temporary, { recursive: true })
  }
}

/** A module that exports what Node finds in the package, even if that is CommonJS. */
async function entryOf(name: string, directory: string): Promise<[name: string, path: string]> {
  const path = join(directory, `${name}.mjs`)
  const names = Object.keys(await import(name)).filter((exported) => /^\w+$/.test(exported))
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `export { ${names.join(', ')} } from '${name}'\n`)
  return [name, path]
}
