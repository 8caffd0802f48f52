import { monthAfter } from '../calendar-month.ts'
import type { AuditFilters } from './filters.ts'

/** A part of a statement, and the values that its `$n` stand for. */
export interface Query {
  readonly text: string
  readonly values: readonly Value[]
}
export type Value = string | number | Date

/** Where a page ended: the place of its last event. */
export interface Place {
  /** Microseconds since the epoch. */
  readonly at: string
  readonly stream: string
  readonly seq: string
}

const columns =
  'e.id, (extract(epoch from e.at) * 1000000)::bigint::text as micros, e.stream, e.seq::text as seq, e.written_at, e.canonical, e.prev, e.hash'

export interface PagePart {
  readonly limit: number
  readonly before?: Place
}

/**
 * The newest events that fit, from a place on. What is found in no order is found first and sorted then: the `offset 0` keeps
 * PostgreSQL, which can't tell how many these are, from going through all of the log in its order instead.
 */
export function pageQuery(filters: AuditFilters, { limit, before }: PagePart): Query {
  const values: Value[] = []
  const conditions = [...conditionsOf(filters, values), ...sortedConditionsOf(filters, values)]
  if (before) conditions.push(beforePlace(filters, before, values))
  const found = isSorted(filters)
    ? `(select e.* from audit.events e ${where(conditions)} offset 0) e`
    : `audit.events e ${where(conditions)}`
  return {
    text: `select ${columns} from ${found} order by ${newestFirst(filters)} limit ${holder(values, limit)}`,
    values,
  }
}

/** How many of the newest are looked at for what is found in no order. */
const recent = 25_000

/**
 * As `pageQuery`, among the newest alone and in their order. What is often there fills a page so, where all of its matches would be
 * too many to sort.
 */
export function recentPageQuery(filters: AuditFilters, { limit, before }: PagePart): Query {
  const values: Value[] = []
  const conditions = conditionsOf(filters, values)
  if (before) conditions.push(beforePlace(filters, before, values))
  const among = `select e.* from audit.events e ${where(conditions)} order by ${newestFirst(filters)} limit ${recent}`
  const matching = [...roughly(filters, values), ...sortedConditionsOf(filters, values)]
  return {
    text: `select ${columns} from (${among}) e ${where(matching)} order by ${newestFirst(filters)} limit ${holder(values, limit)}`,
    values,
  }
}

/** All that fit, in the order of time; of one stream, in its order. */
export function exportQuery(filters: AuditFilters): Query {
  const values: Value[] = []
  const conditions = [...conditionsOf(filters, values), ...sortedConditionsOf(filters, values)]
  const order = filters.stream === undefined ? 'e.at, e.stream, e.seq' : 'e.stream, e.seq'
  return { text: `select ${columns} from audit.events e ${where(conditions)} order by ${order}`, values }
}

export function eventQuery(id: string): Query {
  return { text: `select ${columns} from audit.events e where e.id = $1::uuid limit 1`, values: [id] }
}

/** What fits of one stream after one number up to another, in its order. */
export function streamQuery(
  filters: AuditFilters,
  { stream, after, upTo, month, limit }: StreamPart & { readonly limit: number },
): Query {
  const values: Value[] = []
  const conditions = [...conditionsOf(filters, values), ...sortedConditionsOf(filters, values)]
  conditions.push(
    `e.stream = ${holder(values, stream)}::uuid`,
    `e.seq > ${holder(values, after)}::bigint and e.seq <= ${holder(values, upTo)}::bigint`,
    inMonth(values, month),
  )
  return {
    text: `select ${columns} from audit.events e ${where(conditions)} order by e.seq limit ${holder(values, limit)}`,
    values,
  }
}

export interface StreamPart {
  readonly stream: string
  readonly after: number
  readonly upTo: number
  /** The first moment of the month that its events are in. */
  readonly month: Date
}

/** Leads to one partition. */
export function inMonth(values: Value[], month: Date): string {
  const next = new Date(monthAfter(month.getTime()))
  return `e.at >= ${holder(values, month)}::timestamptz and e.at < ${holder(values, next)}::timestamptz`
}

/** Whether its matches are found in no order of time, so that they have to be sorted. */
export function isSorted({ words, command, block }: AuditFilters): boolean {
  return words !== undefined || command !== undefined || block !== undefined
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
}

/** Within a stream, numbers are in the order of time. */
function newestFirst({ stream }: AuditFilters): string {
  return stream === undefined ? 'e.at desc, e.stream desc, e.seq desc' : 'e.seq desc'
}

function beforePlace({ stream }: AuditFilters, { at, stream: last, seq }: Place, values: Value[]): string {
  if (stream !== undefined) return `e.seq < ${holder(values, seq)}::bigint`
  const moment = `timestamptz 'epoch' + ${holder(values, at)}::bigint * interval '1 microsecond'`
  return `(e.at, e.stream, e.seq) < (${moment}, ${holder(values, last)}::uuid, ${holder(values, seq)}::bigint)`
}

/** Which events hold words that are found: as the index says it. */
const holdsWords =
  "(e.command is not null or e.effect in ('deny', 'needs') or e.kind not in ('call', 'intent', 'outcome', 'opened', 'closed'))"

function conditionsOf(filters: AuditFilters, values: Value[]): string[] {
  const { from, to, status, statusClass, address, effect } = filters
  const conditions: string[] = []
  const add = (condition: string) => void conditions.push(condition)
  if (from) add(`e.at >= ${holder(values, from)}::timestamptz`)
  if (to) add(`e.at < ${holder(values, to)}::timestamptz`)
  for (const [name, column] of columnsByFilter) {
    const value = filters[name]
    if (value !== undefined) add(`${column} = ${holder(values, value)}`)
  }
  if (filters.stream !== undefined) add(`e.stream = ${holder(values, filters.stream)}::uuid`)
  if (effect !== undefined) add(`e.effect = '${effects[effect] ?? 'none'}'`)
  // The literals beside the values: an index that leaves the most common value out can be used then.
  if (status !== undefined)
    add(`e.status = ${holder(values, status)}::smallint${status === 200 ? '' : ' and e.status <> 200'}`)
  if (statusClass !== undefined)
    add(`e.status / 100 = ${holder(values, statusClass)}::int${statusClass === 2 ? '' : ' and e.status / 100 <> 2'}`)
  if (address !== undefined)
    add(`audit.network_of(e.address) = ${holder(values, address)}::inet and e.address is not null`)
  return conditions
}

/** Those whose matches an index gives in no order of time. */
function sortedConditionsOf({ block, words, command }: AuditFilters, values: Value[]): string[] {
  const conditions: string[] = []
  if (block !== undefined)
    conditions.push(`audit.network_of(e.address) <<= ${holder(values, block)}::inet and e.address is not null`)
  if (words !== undefined) conditions.push(havingWords(words, values))
  if (command !== undefined) {
    conditions.push(havingWords(command.words, values))
    conditions.push(`strpos(lower(e.command), lower(${holder(values, command.text)})) > 0`)
  }
  return conditions
}

/** What costs little and spares most rows the rest: of an allowed call, words can only stand in the command. */
function roughly({ words, command }: AuditFilters, values: Value[]): string[] {
  const all = [words, command?.words].flatMap((one) => one?.split(' & ') ?? [])
  return all.map(
    (word) =>
      `(strpos(lower(e.command), lower(${holder(values, word.replace(/:\*$/, ''))})) > 0 or e.effect in ('deny', 'needs') or e.kind not in ('call', 'intent', 'outcome', 'opened', 'closed'))`,
  )
}

const columnsByFilter = [
  ['principalId', 'e.principal'],
  ['principalName', 'e.principal_name'],
  ['rack', 'e.rack'],
  ['app', 'e.app'],
  ['kind', 'e.kind'],
  ['permission', 'e.permission'],
  ['route', 'e.route'],
  ['rule', 'e.rule'],
  ['request', 'e.request'],
] as const satisfies readonly (readonly [keyof AuditFilters, string])[]

const effects: Readonly<Record<string, string>> = { allow: 'allow', deny: 'deny', needs: 'needs' }

function havingWords(words: string, values: Value[]): string {
  return `audit.words_of(e.command, e.canonical) @@ to_tsquery('simple', ${holder(values, words)}) and ${holdsWords}`
}

function holder(values: Value[], value: Value): string {
  values.push(value)
  return `$${values.length}`
}
