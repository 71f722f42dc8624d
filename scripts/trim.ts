import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Modules that our packages load and our programs never run, replaced in the bundles by ones that only say so. They are
 * most of the start-up time: the Kubernetes client loads the models of every kind and an HTTP client of its own, where
 * we send documents as they are over connections of our own; @actions/core loads an HTTP client for OIDC tokens,
 * and that one a second HTTP client for proxies of fetch.
 * Each is a module of the package, with the names that it must export.
 */
const unused: Record<string, Record<string, readonly string[]>> = {
  '@kubernetes/client-node': {
    'dist/gen/index.js': ['AppsV1Api', 'CoreV1Api', 'ServerConfiguration', 'createConfiguration'],
    'dist/middleware.js': ['setHeaderMiddleware'],
    'node_modules/undici/index.js': ['Agent', 'ProxyAgent']
  },
  '@actions/core': {
    'lib/oidc-utils.js': ['OidcClient']
  },
  '@actions/http-client': {
    'node_modules/undici/index.js': ['ProxyAgent']
  },
  // Copied as it is, so that it finds the trimmed client.
  '@actions/tool-cache': {}
}

/**
 * Puts trimmed copies of packages where the bundler looks first: into `node_modules` beside what it bundles.
 * @param root the folder whose `node_modules` has the packages
 * @param target the folder of the programs that are to be bundled
 */
export function trimPackages(root: string, target: string): void {
  for (const [name, modules] of Object.entries(unused)) {
    const [from, to] = [root, target].map((folder) => join(folder, 'node_modules', name)) as [string, string]
    cpSync(from, to, { recursive: true })
    for (const [path, names] of Object.entries(modules)) {
      const file = join(to, path)
      rmSync(join(to, path.replace(/\/index\.js$/, '')), { recursive: true, force: true })
      mkdirSync(join(file, '..'), { recursive: true })
      writeFileSync(file, stub(`${name}/${path}`, names))
      if (path.startsWith('node_modules/'))
        writeFileSync(join(file, '..', 'package.json'), '{"type":"module","main":"index.js"}')
    }
  }
}

/** A module with these names, each of which throws when it is used. */
function stub(module: string, names: readonly string[]): string {
  const message = JSON.stringify(`${module} is not part of this bundle`)
  const exported = names.map((name) => `export function ${name}() { throw new Error(${message}) }`)
  return `${exported.join('\n')}\n`
}
