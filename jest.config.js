import { packageMapper } from './__tests__/support/bundles/packages.ts'

const ring = (name) => ({
  displayName: name,
  testMatch: [`<rootDir>/__tests__/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' }
    ]
  },
  injectGlobals: false
})

/** Those that npm cit runs: on this machine alone, from the sources. */
const quick = (name) => ({
  ...ring(name),
  testPathIgnorePatterns: ['\\.slow\\.test\\.ts$'],
  moduleNameMapper: packageMapper,
  globalSetup: '<rootDir>/__tests__/support/bundles/set-up-packages.js'
})

/** The files of those rings that start whole programs or wait for a timeout. */
const slow = {
  ...ring('slow'),
  testMatch: ['<rootDir>/__tests__/{unit,integration,contract}/**/*.slow.test.ts'],
  moduleNameMapper: packageMapper,
  globalSetup: '<rootDir>/__tests__/support/bundles/set-up-programs.js',
  globalTeardown: '<rootDir>/__tests__/support/bundles/remove-programs.js'
}

/** Those that need a cluster or act: a test that fails is tried once more. */
const repeated = (name) => ({
  ...ring(name),
  setupFilesAfterEnv: ['<rootDir>/__tests__/support/repeats/once.ts']
})

/** Planted faults on a cluster, from dist/ too: what fails now and then is what they look for, so nothing is repeated. */
const faults = ring('faults')

/** The rings of tests: what each runs against is said in CONTRIBUTING.md. */
export default {
  // On two cores jest would start one worker only.
  maxWorkers: 2,
  // A worker with a large heap needs its time to end where the machine is busy.
  workerGracefulExitTimeout: 30_000,
  projects: [...['unit', 'integration', 'contract'].map(quick), slow, ...['e2e', 'act'].map(repeated), faults],
  reporters: ['default', '<rootDir>/__tests__/support/repeats/reporter.ts']
}
