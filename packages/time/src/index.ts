export type { Clock } from './clock.ts'
export { durationInWords, durationOf, durationProblem, exactDurationInWords, readDuration } from './duration.ts'
export { readTime, type TimeForm } from './read-time.ts'
export { runWithTimeout, withTimeout } from './with-timeout.ts'
