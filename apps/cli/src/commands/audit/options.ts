import type { Zone } from './times.ts'

/** What all of `rack-gateway audit` understands. */
export const auditOptions = {
  json: { type: 'boolean', default: false, describe: 'print JSON' },
  utc: { type: 'boolean', default: false, describe: 'times in UTC instead of your zone' },
  rack: { alias: 'r', type: 'string', requiresArg: true, describe: 'the rack to use: whose gateway is asked' },
} as const

export function zoneOf(inUtc: boolean): Zone {
  return inUtc ? 'utc' : 'local'
}
