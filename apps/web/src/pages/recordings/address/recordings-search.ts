const states = ['open', 'ended', 'removed'] as const
export type RecordingState = (typeof states)[number]

export interface RecordingsSearch {
  readonly rack?: string
  readonly app?: string
  readonly principal?: string
  readonly process?: string
  /** Started at this time or later, RFC 3339 in UTC. */
  readonly from?: string
  /** Started before this time. */
  readonly to?: string
  readonly state?: RecordingState
}

const textFilters = ['rack', 'app', 'principal', 'process'] as const
const timeFilters = ['from', 'to'] as const

export function readRecordingsSearch(search: Record<string, unknown>): RecordingsSearch {
  const found: Record<string, string> = {}
  for (const name of textFilters) {
    const value = search[name]
    // The router reads app=7 as a number.
    const text = typeof value === 'string' || typeof value === 'number' ? `${value}`.trim() : ''
    if (text !== '') found[name] = text
  }
  for (const name of timeFilters) {
    const time = Date.parse(`${search[name] ?? ''}`)
    if (!Number.isNaN(time)) found[name] = new Date(time).toISOString()
  }
  const state = states.find((one) => one === search.state)
  return { ...found, ...(state !== undefined && { state }) }
}
