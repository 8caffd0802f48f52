import type { RecordedEvent } from '@rack-gateway/audit'

/** The parameters of `linesStatement`. */
export function parametersOf(stream: string, events: readonly RecordedEvent[]) {
  const { first, from, to } = rangeOf(events)
  return [stream, first, from, to, linesOf(events), hashesOf(events)]
}

/** The parameters of `unnestStatement`. */
export function arraysOf(stream: string, events: readonly RecordedEvent[]) {
  const { first, from, to } = rangeOf(events)
  const values = events.map(({ position: { seq, at, id }, columns, canonical, prev, hash }) => [
    String(seq),
    at,
    id,
    ...columns,
    canonical,
    `\\x${prev.toString('hex')}`,
    `\\x${hash.toString('hex')}`,
  ])
  const width = values[0]?.length ?? 0
  const arrays = Array.from({ length: width }, (_, index) => arrayText(values.map((row) => row[index] ?? '')))
  return [stream, first, from, to, ...arrays]
}

function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => (value === '' ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`
}

export function linesOf(events: readonly RecordedEvent[]): string {
  return events
    .map(
      ({ position: { seq, at, id }, columns, canonical }) =>
        `${seq}\t${at}\t${id}\t${columns.join('\t')}\t${canonical}`,
    )
    .join('\n')
}

export function hashesOf(events: readonly RecordedEvent[]): Buffer {
  return Buffer.concat([events[0]?.prev ?? Buffer.alloc(32), ...events.map(({ hash }) => hash)])
}

export function rangeOf(events: readonly RecordedEvent[]) {
  const [event] = events
  if (!event) throw new Error('there are no events')
  const { seq: first, moment } = event.position
  const at = new Date(moment)
  const month = (add: number) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + add, 1)
  return { first, from: new Date(month(0)), to: new Date(month(1) - 1) }
}
