import fc from 'fast-check'

/**
 * A usual run tries the same examples each time, so that a failure is caused by a change. With `PROPERTY_RUNS=20000`
 * each property is tried with that many new examples.
 */
const runs = process.env['PROPERTY_RUNS']
fc.configureGlobal(runs === undefined ? { seed: 20, numRuns: 50 } : { numRuns: Number(runs) })

export default fc
