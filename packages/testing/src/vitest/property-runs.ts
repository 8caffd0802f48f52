import fc from 'fast-check'

/** Random cases per property. `PROPERTY_RUNS=10000` searches longer than the suite does. */
const runs = Number(process.env.PROPERTY_RUNS ?? 100)
if (!Number.isInteger(runs) || runs < 1) throw new Error('PROPERTY_RUNS must be a whole number above 0.')
fc.configureGlobal({ numRuns: runs })
