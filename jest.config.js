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

/** The rings of tests: what each runs against is said in CONTRIBUTING.md. */
export default {
  // On two cores jest would start one worker only.
  maxWorkers: 2,
  projects: ['unit', 'integration', 'contract', 'e2e', 'act'].map(ring)
}
