import { draftColumns, positionColumns } from './event-columns.ts'
import type { RecordedEvent } from './recorded-event.ts'

/** The columns of a line, but for `stream`, which all events of a statement share. */
export const lineColumns = [...positionColumns.filter(({ name }) => name !== 'stream'), ...draftColumns]

/**
 * The values of `lineColumns` and the canonical form, with tabs between them; an empty value is null.
 * No value contains a tab or a line break, because events contain no control characters.
 */
export function lineOf({ position, columns, canonical }: RecordedEvent): string {
  return `${position.seq}\t${position.at}\t${position.id}\t${columns.join('\t')}\t${canonical}`
}
