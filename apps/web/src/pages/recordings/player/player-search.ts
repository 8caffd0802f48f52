import { searchText } from '../../../ui/navigation/page-search.ts'

export interface PlayerSearch {
  /** The second that is shown. */
  readonly t?: number
  /** The time to begin at if `t` is missing, such as the time of an audit event. RFC 3339 in UTC. */
  readonly at?: string
  /** The searched text. */
  readonly q?: string
  readonly dialog?: 'end'
}

export function readPlayerSearch({ t, at, q, dialog }: Record<string, unknown>): PlayerSearch {
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN
  const text = searchText(q) ?? ''
  return {
    ...(typeof t === 'number' && Number.isFinite(t) && t >= 0 && { t: Math.floor(t) }),
    ...(!Number.isNaN(time) && { at: new Date(time).toISOString() }),
    ...(text !== '' && { q: text }),
    ...(dialog === 'end' && { dialog }),
  }
}

/** @param startedAt RFC 3339 @returns milliseconds since the recording began */
export function startPosition({ t, at }: PlayerSearch, startedAt: string): number {
  if (t !== undefined) return t * 1_000
  return at === undefined ? 0 : Math.max(0, Date.parse(at) - Date.parse(startedAt))
}
