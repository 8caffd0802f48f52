import { isUuid } from '../uuid.ts'
import type { CopiedRow } from './copied-rows.ts'
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

export type SearchColumn = (typeof searchColumns)[number]

/** What a column says, as the event would say it; null for null. */
type Shown = (bytes: Buffer, from: number, to: number) => string

const shownAs: Partial<Record<SearchColumn, Shown>> = {
  stream: uuidText,
  seq: (bytes, from) => String(bytes.readBigInt64BE(from)),
  at: (bytes, from) => momentText(bytes.readBigInt64BE(from)),
  id: uuidText,
  of_event: uuidText,
  status: (bytes, from) => String(bytes.readInt16BE(from)),
}

/** The first column that says something else than the event; null when all say the same. */
export function differingColumn(
  { bytes, from, to }: CopiedRow,
  event: Readonly<Record<string, unknown>>,
): SearchColumn | null {
  const expected = expectedValues(event)
  const differs = (column: SearchColumn, index: number) => {
    const [start, end] = [from[index] ?? 0, to[index] ?? 0]
    const shown = end === 0 ? null : (shownAs[column] ?? plainText)(bytes, start, end)
    return shown !== expected[column]
  }
  return searchColumns.find(differs) ?? null
}

function expectedValues(event: Readonly<Record<string, unknown>>): Readonly<Record<SearchColumn, string | null>> {
  const principal = inner(event.principal)
  const decision = inner(event.decision)
  return {
    stream: textOf(event.stream),
    seq: textOf(event.seq),
    at: textOf(event.at),
    id: textOf(event.id),
    kind: textOf(event.kind),
    request: textOf(event.request),
    of_event: uuidOf(event.of),
    principal: textOf(principal.id),
    principal_name: textOf(principal.name),
    address: textOf(inner(event.source).address),
    rack: textOf(event.rack),
    app: textOf(event.app),
    route: textOf(event.route),
    permission: textOf(event.permission),
    effect: textOf(decision.effect),
    rule: textOf(decision.rule),
    status: smallOf(event.status),
    process: textOf(event.process),
    command: Array.isArray(event.command) ? textOf(event.command.join(' ')) : null,
  }
}

/** Nothing and an empty text are both null in a column. */
function textOf(value: unknown): string | null {
  return value === undefined || value === null || value === '' ? null : String(value)
}

const none: Readonly<Record<string, unknown>> = {}

function inner(value: unknown): Readonly<Record<string, unknown>> {
  return isMembers(value) ? value : none
}

function uuidOf(value: unknown): string | null {
  const lower = typeof value === 'string' ? value.toLowerCase() : ''
  return isUuid(lower) ? lower : null
}

function smallOf(value: unknown): string | null {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 32_768 ? String(value) : null
}

function plainText(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, to)
}

function uuidText(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('hex', from, to).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** PostgreSQL reckons from 2000 on. */
const epoch = Date.UTC(2000, 0, 1)

/** @param micros since PostgreSQL's epoch. @returns what no event says when it isn't a whole millisecond of a year that has four digits */
function momentText(micros: bigint): string {
  const moment = epoch + Number(micros / 1_000n)
  const isOne = micros % 1_000n === 0n && Math.abs(moment) < Date.UTC(9999, 11, 31)
  return isOne ? new Date(moment).toISOString() : `${micros} microseconds`
}
