import type { Restoration } from '@rack-gateway/audit-proof'
import { isMembers, membersOf, type StatedPosition } from './event-position.ts'
import type { LogRecord } from './export-line.ts'
import type { LostRange, RestoreFinding } from './findings.ts'

export interface RestoredCheckpoint {
  readonly number: number
  readonly restored: Restoration
}

/** The restores that checkpoints state, and the events that say who restored the log. */
export interface Restorations {
  /** @param index position of the finding in the list of findings */
  add(checkpoint: RestoredCheckpoint, lost: readonly LostRange[], index: number): RestoreFinding
  /** The finding with its event, if the record is the event `log.restored` of a restore. */
  explain(
    record: LogRecord,
    position: StatedPosition,
  ): { readonly index: number; readonly finding: RestoreFinding } | null
}

const maxRanges = 100

export function createRestorations(): Restorations {
  /** By the stream of the event. Each restore has a stream of its own. */
  const expected = new Map<string, { readonly seq: number; readonly index: number; readonly finding: RestoreFinding }>()
  return {
    add({ number, restored }, lost, index) {
      const finding = {
        about: 'restore',
        problem: 'restored',
        number,
        from: restored.from,
        events: lost.reduce((sum, { first, last }) => sum + last - first + 1, 0),
        streams: lost.length,
        lost: lost.slice(0, maxRanges),
        event: null,
      } as const
      expected.set(restored.stream, { seq: restored.seq, index, finding })
      return finding
    },
    explain(record, { stream, seq }) {
      if (expected.size === 0) return null
      const found = expected.get(stream)
      if (found?.seq !== seq) return null
      const { kind, id, at, detail } = membersOf(record) ?? {}
      if (kind !== 'log.restored' || !isMembers(detail)) return null
      const event = { id: textOf(id), at: textOf(at), by: textOf(detail.by), reason: textOf(detail.reason) }
      return { index: found.index, finding: { ...found.finding, event } }
    },
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
