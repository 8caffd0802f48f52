import { isMembers } from './event-place.ts'

/** The columns of `audit.events` that say again what the event says, in the order in which they are read. */
export const searchColumns = [
  'stream',
  'seq',
  'at',
  'id',
  'kind',
  'request',
  'of_event',
  'principal',
  'principal_name',
  'address',
  'rack',
  'app',
  'route',
  'permission',
  'effect',
  'rule',
  'status',
  'process',
  'command',
] as const

/** The row that belongs to an event, as COPY writes it, up to the tab before the export line. */
export function expectedColumns(event: Readonly<Record<string, unknown>>): string {
  const principal = inner(event.principal)
  const decision = inner(event.decision)
  const values = [
    event.stream,
    event.seq,
    typeof event.at === 'string' ? timestampOf(event.at) : null,
    event.id,
    event.kind,
    event.request,
    uuidOf(event.of),
    principal.id,
    principal.name,
    inner(event.source).address,
    event.rack,
    event.app,
    event.route,
    event.permission,
    decision.effect,
    decision.rule,
    smallOf(event.status),
    event.process,
    Array.isArray(event.command) ? event.command.join(' ') : null,
  ]
  let row = ''
  for (const value of values) row += `${copied(value)}\t`
  return row
}

/** As COPY writes it. Of all that it escapes, events hold but the backslash. */
function copied(value: unknown): string {
  if (value === undefined || value === null || value === '') return '\\N'
  const text = String(value)
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text
}

/** The first column that differs. @param row as COPY wrote it */
export function differingColumn(row: string, expected: string): string {
  const [actual, wanted] = [row.split('\t'), expected.split('\t')]
  return searchColumns.find((_, index) => actual[index] !== wanted[index]) ?? 'row'
}

const none: Readonly<Record<string, unknown>> = {}

function inner(value: unknown): Readonly<Record<string, unknown>> {
  return isMembers(value) ? value : none
}

/** `2026-11-25T00:06:26.640Z` as PostgreSQL shows it in UTC. */
function timestampOf(at: string): string {
  const fraction = at.slice(19, -1).replace(/\.?0+$/, '')
  return `${at.slice(0, 10)} ${at.slice(11, 19)}${fraction}`
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function uuidOf(value: unknown): string | null {
  return typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : null
}

function smallOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 32_768 ? value : null
}
