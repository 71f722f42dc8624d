import { buildPackages } from './packages.ts'

/** What jest does before tests that run the sources, in JavaScript as `set-up-programs.js` is. */
export default buildPackages
