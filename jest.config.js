const ring = (name, testTimeout) => ({
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
  injectGlobals: false,
  testTimeout
})

/** The rings of tests: what each runs against is said in CONTRIBUTING.md. */
export default {
  projects: [
    ring('unit', 5_000),
    ring('integration', 30_000),
    ring('contract', 30_000),
    ring('e2e', 180_000),
    ring('act', 180_000)
  ]
}
