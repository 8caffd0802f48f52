/** Milliseconds for which `rackCounts` counts calls. */
export const rackCountsTime = 3_600_000
