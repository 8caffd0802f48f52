import type { ColumnType } from '../events/event.ts'
import { columnText, columnTexts, draftColumns, type EventColumn, positionColumns } from '../events/event-columns.ts'
import type { CopiedRow } from './copied-rows.ts'

/** The columns that repeat fields of the event, in the order in which they are read. */
export const searchColumns: readonly EventColumn[] = [...positionColumns, ...draftColumns]

const readers: Partial<Record<ColumnType, (bytes: Buffer, from: number, to: number) => string>> = {
  uuid: uuidText,
  bigint: (bytes, from) => String(bytes.readBigInt64BE(from)),
  timestamptz: (bytes, from) => momentText(bytes.readBigInt64BE(from)),
  smallint: (bytes, from) => String(bytes.readInt16BE(from)),
}

/** @returns the name of the first column that differs from the event, or null */
export function differingColumn(
  { bytes, from, to }: CopiedRow,
  event: Readonly<Record<string, unknown>>,
): string | null {
  const expected = [...positionTexts(event), ...columnTexts(event)]
  const differs = ({ type }: EventColumn, index: number) => {
    const [start, end] = [from[index] ?? 0, to[index] ?? 0]
    const shown = end === 0 ? null : (readers[type] ?? plainText)(bytes, start, end)
    return shown !== (expected[index] || null)
  }
  return searchColumns.find(differs)?.name ?? null
}

/** `columnText('uuid', …)` would accept an ID in capitals, which no gateway writes. */
function positionTexts(event: Readonly<Record<string, unknown>>): string[] {
  return positionColumns.map(({ path }) => columnText('text', event[path]))
}

function plainText(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, to)
}

function uuidText(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('hex', from, to).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** PostgreSQL counts from the year 2000. */
const epoch = Date.UTC(2000, 0, 1)

/** A year beyond 9999, or a part of a millisecond, gives a text that no event contains. */
function momentText(micros: bigint): string {
  const moment = epoch + Number(micros / 1_000n)
  const isEventTime = micros % 1_000n === 0n && Math.abs(moment) < Date.UTC(9999, 11, 31)
  return isEventTime ? new Date(moment).toISOString() : `${micros} microseconds`
}
