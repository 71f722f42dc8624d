import { buildPackages } from './packages.ts'
import { buildPrograms } from './programs.ts'

// Jest would turn a set-up in TypeScript into CommonJS, which cannot look into each package.

/** What jest does before tests that start the programs of the action. */
export default async function setUp() {
  await buildPackages()
  await buildPrograms()
}
