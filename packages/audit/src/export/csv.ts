import type { AuditEvent } from '../events/event.ts'
import type { FoundEvent } from '../search/found-event.ts'
import type { ExportFormat } from './format.ts'

export type Cell = string | number | null | undefined

const columns: readonly (readonly [name: string, value: (event: AuditEvent, found: FoundEvent) => Cell])[] = [
  ['at', ({ at }) => at],
  ['written_at', (_, { writtenAt }) => writtenAt.toISOString()],
  ['kind', ({ kind }) => kind],
  ['principal_kind', ({ principal }) => principal?.kind],
  ['principal', ({ principal }) => principal?.name],
  ['principal_id', ({ principal }) => principal?.id],
  ['owner', ({ principal }) => principal?.owner?.name],
  ['credential', ({ principal }) => principal?.credential],
  ['device', ({ principal }) => principal?.device],
  ['trust', ({ principal }) => principal?.trust?.name],
  ['roles', ({ principal }) => principal?.roles?.join(' ')],
  ['address', ({ source }) => source?.address],
  ['client', ({ source }) => source?.client],
  ['rack', ({ rack }) => rack],
  ['app', ({ app }) => app],
  ['service', ({ service }) => service],
  ['process', ({ process }) => process],
  ['release', ({ release }) => release],
  ['route', ({ route }) => route],
  ['permission', ({ permission }) => permission],
  ['command', ({ command }) => command?.join(' ')],
  ['parameters', ({ parameters }) => valuesOf(parameters?.values)],
  ['hidden', ({ hidden }) => hidden?.join(' ')],
  ['effect', ({ decision }) => decision?.effect],
  ['rule', ({ decision }) => decision?.rule],
  ['reason', ({ decision }) => decision?.reason],
  ['policy', ({ decision }) => decision?.policy],
  ['sent', ({ sent }) => (sent === undefined ? undefined : `${sent}`)],
  ['status', ({ status }) => status],
  ['duration_ms', ({ durationMs }) => durationMs],
  ['bytes_in', ({ bytesIn }) => bytesIn],
  ['bytes_out', ({ bytesOut }) => bytesOut],
  ['close', ({ close }) => close],
  ['count', ({ count }) => count],
  ['recording', ({ recording }) => recording?.id],
  ['detail', ({ detail }) => (detail === undefined ? undefined : JSON.stringify(detail))],
  ['request', ({ request }) => request],
  ['of', ({ of }) => of],
  ['id', ({ id }) => id],
  ['stream', ({ stream }) => stream],
  ['seq', ({ seq }) => seq],
]

function valuesOf(values: Readonly<Record<string, string>> | undefined): Cell {
  return values === undefined ? undefined : JSON.stringify(values)
}

export const csvMediaType = 'text/csv; charset=utf-8; header=present'

/** RFC 4180 for spreadsheets: every text is quoted, and no cell is a formula. */
export const csv: ExportFormat = {
  mediaType: csvMediaType,
  head: `${columns.map(([name]) => name).join(',')}\r\n`,
  line: (found) => csvLine(columns.map(([, value]) => value(found.event, found))),
}

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

/** Text that a spreadsheet reads as a formula. `\uff…` are the full-width forms of the signs. */
const formula = /^[\s\u00a0\u3000]*[=+\-@|\t\r\uff1d\uff0b\uff0d\uff20]/

/** Spreadsheets read a cell with a leading apostrophe as text. */
export function cell(value: Cell): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return `${value}`
  return `"${formula.test(value) ? "'" : ''}${value.replaceAll('"', '""')}"`
}
