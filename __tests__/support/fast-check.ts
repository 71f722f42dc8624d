import fc from 'fast-check'

/**
 * A usual run tries the same examples each time, so that what fails is what was changed. With `PROPERTY_RUNS=20000` each
 * property is tried with so many examples that nobody has seen yet.
 */
const runs = process.env['PROPERTY_RUNS']
fc.configureGlobal(runs === undefined ? { seed: 20, numRuns: 50 } : { numRuns: Number(runs) })

export default fc
