import { isMembers, membersOf } from './event-place.ts'
import type { LogRecord } from './export-line.ts'
import type { RecoveredRange } from './findings.ts'

/** What the newest events, which no checkpoint has signed yet, say came late, from fallback files. */
export interface Recoveries {
  /** An event of any kind. */
  add(record: LogRecord): void
  /** Whether they say so of all these events of a stream. */
  excuse(stream: string, first: number, last: number): boolean
  /** What was excused. */
  excused(): readonly RecoveredRange[]
}

export function createRecoveries(): Recoveries {
  const said = new Map<string, { readonly first: number; readonly last: number }[]>()
  const excused: RecoveredRange[] = []
  return {
    add(record) {
      if (!record.latin1.includes('"stream.recovered"')) return
      const { kind, detail } = membersOf(record) ?? {}
      if (kind !== 'stream.recovered' || !isMembers(detail)) return
      const { stream, from, seq } = detail
      if (typeof stream !== 'string' || typeof from !== 'number' || typeof seq !== 'number') return
      const ranges = said.get(stream) ?? []
      ranges.push({ first: from, last: seq })
      said.set(stream, ranges)
    },
    excuse(stream, first, last) {
      let next = first
      for (const range of (said.get(stream) ?? []).toSorted((one, other) => one.first - other.first))
        if (range.first <= next) next = Math.max(next, range.last + 1)
      if (next <= last) return false
      excused.push({ stream, first, last })
      return true
    },
    excused: () => excused,
  }
}
