import { isMembers, membersOf } from './event-position.ts'
import type { LogRecord } from './export-line.ts'
import type { RecoveredRange } from './findings.ts'

/** Late events that unsigned `stream.recovered` events name. */
export interface Recoveries {
  /** Adds an event of any kind. */
  add(record: LogRecord): void
  /** Whether recoveries name all events of a stream from `first` to `last`. */
  covers(stream: string, first: number, last: number): boolean
  /** The ranges for which `covers` returned true. */
  excused(): readonly RecoveredRange[]
}

export function createRecoveries(): Recoveries {
  const recovered = new Map<string, { readonly first: number; readonly last: number }[]>()
  const excused: RecoveredRange[] = []
  return {
    add(record) {
      if (!record.latin1.includes('"stream.recovered"')) return
      const { kind, detail } = membersOf(record) ?? {}
      if (kind !== 'stream.recovered' || !isMembers(detail)) return
      const { stream, from, seq } = detail
      if (typeof stream !== 'string' || typeof from !== 'number' || typeof seq !== 'number') return
      const ranges = recovered.get(stream) ?? []
      ranges.push({ first: from, last: seq })
      recovered.set(stream, ranges)
    },
    covers(stream, first, last) {
      let next = first
      for (const range of (recovered.get(stream) ?? []).toSorted((one, other) => one.first - other.first))
        if (range.first <= next) next = Math.max(next, range.last + 1)
      if (next <= last) return false
      excused.push({ stream, first, last })
      return true
    },
    excused: () => excused,
  }
}
