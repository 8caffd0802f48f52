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

/** Digests of a kind, rack, route, permission and rule, as `audit.facet_of` makes them. */
export type Facets = readonly string[]

/**
 * The newest events that fit, from a place on. What is found in no order is found first and sorted then: the `offset 0` keeps
 * PostgreSQL, which can't tell how many these are, from going through all of the log in its order instead.
 */
export function pageQuery(filters: AuditFilters, { limit, before }: PagePart, facets?: Facets): Query {
  const values: Value[] = []
  const conditions = allConditionsOf(filters, values)
  if (facets) conditions.push(amongFacets(facets, values))
  if (before) conditions.push(beforePlace(filters, before, values))
  const found = isSorted(filters)
    ? `(select e.* from audit.events e ${where(conditions)} offset 0) e`
    : `audit.events e ${where(conditions)}`
  return {
    text: `select ${columns} from ${found} order by ${newestFirst(filters)} limit ${holder(values, limit)}`,
    values,
  }
}

/**
 * As `pageQuery`, among the newest `recent` alone and in their order. What is often there fills a page so, where all of its matches
 * would be too many to sort, or in too many places.
 */
export function recentPageQuery(filters: AuditFilters, { limit, before }: PagePart, recent: number): Query {
  const values: Value[] = []
  const conditions = conditionsOf(filters, values)
  if (before) conditions.push(beforePlace(filters, before, values))
  const among = `select e.* from audit.events e ${where(conditions)} order by ${newestFirst(filters)} limit ${recent}`
  const matching = [
    ...equalities(facetColumns, filters, values),
    ...roughly(filters, values),
    ...sortedConditionsOf(filters, values),
  ]
  return {
    text: `select ${columns} from (${among}) e ${where(matching)} order by ${newestFirst(filters)} limit ${holder(values, limit)}`,
    values,
  }
}

/** The facets whose events can fit. Each is gone to by the index, past all others of the one before. */
export function facetsQuery(filters: AuditFilters): Query {
  const values: Value[] = []
  const one = `select ${facet} as digest, ${facetColumns.map(([, column]) => column)} from audit.events e`
  return {
    text: `with recursive facet as (
        (${one} order by 1 limit 1)
        union all
        select next.* from facet cross join lateral (${one} where ${facet} > facet.digest order by 1 limit 1) next
      )
      select e.digest::text as facet from facet e ${where(equalities(facetColumns, filters, values))}`,
    values,
  }
}

/**
 * As `pageQuery`, from the newest of each facet. PostgreSQL takes each of them for an average one, which it would rather look for among all
 * events in the order of time, so that nothing here is an equality: no other index than that of the facets has this order.
 */
export function facetPageQuery(filters: AuditFilters, { limit, before }: PagePart, facets: Facets): Query {
  const values: Value[] = []
  const wanted = `unnest(${holder(values, `{${facets}}`)}::bigint[]) as wanted(digest)`
  const conditions = [`${facet} between wanted.digest and wanted.digest`, ...conditionsOf(filters, values)]
  if (before) conditions.push(beforePlace(filters, before, values))
  const most = holder(values, limit)
  const newest = `select e.* from audit.events e ${where(conditions)} order by ${facet} desc, ${newestFirst(filters)} limit ${most}`
  return {
    text: `select ${columns} from ${wanted} cross join lateral (${newest}) e
      ${where(equalities(facetColumns, filters, values))} order by ${newestFirst(filters)} limit ${most}`,
    values,
  }
}

/** All that fit, in the order of time; of one stream, in its order. */
export function exportQuery(filters: AuditFilters, facets?: Facets): Query {
  const values: Value[] = []
  const conditions = allConditionsOf(filters, values)
  if (facets) conditions.push(amongFacets(facets, values))
  const order = filters.stream === undefined ? 'e.at, e.stream, e.seq' : 'e.stream, e.seq'
  return { text: `select ${columns} from audit.events e ${where(conditions)} order by ${order}`, values }
}

/** An event's id is of its time: that leads to it. */
export function eventQuery(id: string, moment: number): Query {
  return {
    text: `select ${columns} from audit.events e where e.at = $1::timestamptz and e.id = $2::uuid limit 1`,
    values: [new Date(moment), id],
  }
}

/** Newest first. */
export function acknowledgementsQuery(ids: readonly string[]): Query {
  return {
    text: `select ${columns} from audit.events e where e.of_event = any($1::uuid[]) and e.kind = 'alarm.acknowledged'
      order by e.at desc, e.stream desc, e.seq desc`,
    values: [`{${ids}}`],
  }
}

/** What fits of one stream after one number up to another, in its order. */
export function streamQuery(
  filters: AuditFilters,
  { stream, after, upTo, month, limit }: StreamPart & { readonly limit: number },
): Query {
  const values: Value[] = []
  const conditions = allConditionsOf(filters, values)
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
function inMonth(values: Value[], month: Date): string {
  const next = new Date(monthAfter(month.getTime()))
  return `e.at >= ${holder(values, month)}::timestamptz and e.at < ${holder(values, next)}::timestamptz`
}

/** Whether its matches are found in no order of time, so that they have to be sorted. */
export function isSorted({ words, command, block }: AuditFilters): boolean {
  return words !== undefined || command !== undefined || block !== undefined
}

/** Whether a facet can lead to its matches. Those of a stream or a request are few, and together. */
export function hasFacet(filters: AuditFilters): boolean {
  return (
    filters.stream === undefined &&
    filters.request === undefined &&
    facetColumns.some(([name]) => filters[name] !== undefined)
  )
}

/** Whether nothing but a facet leads to its matches in the order of time. */
export function isFacetAlone(filters: AuditFilters): boolean {
  const { principalId, principalName, app, effect, status, statusClass, address } = filters
  const others = [principalId, principalName, app, effect, status, statusClass, address]
  return hasFacet(filters) && !isSorted(filters) && others.every((other) => other === undefined)
}

const facet = 'audit.facet_of(e.kind, e.rack, e.route, e.permission, e.rule)'

function amongFacets(facets: Facets, values: Value[]): string {
  return `${facet} = any(${holder(values, `{${facets}}`)}::bigint[])`
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

/** Of an event, whether words may stand elsewhere than in its command. */
const holdsMore = "e.effect in ('deny', 'needs') or e.kind not in ('call', 'intent', 'outcome', 'opened', 'closed')"
/** Which events hold words that are found: as the index says it. */
const holdsWords = `(e.command is not null or ${holdsMore})`

/** All but what makes a facet, and what is found in no order. */
function conditionsOf(filters: AuditFilters, values: Value[]): string[] {
  const { from, to, status, statusClass, address, effect } = filters
  const conditions: string[] = []
  const add = (condition: string) => void conditions.push(condition)
  if (from) add(`e.at >= ${holder(values, from)}::timestamptz`)
  if (to) add(`e.at < ${holder(values, to)}::timestamptz`)
  conditions.push(...equalities(columnsByFilter, filters, values))
  if (filters.stream !== undefined) add(`e.stream = ${holder(values, filters.stream)}::uuid`)
  if (effect !== undefined) add(`e.effect = '${effects[effect] ?? 'none'}'`)
  // The literals beside the values: an index that leaves the most common value out can be used then.
  if (status !== undefined)
    add(`e.status = ${holder(values, status)}::smallint${status === 200 ? '' : ' and e.status <> 200'}`)
  if (statusClass !== undefined)
    add(`e.status / 100 = ${holder(values, statusClass)}::int${statusClass === 2 ? '' : ' and e.status / 100 <> 2'}`)
  if (address !== undefined)
    add(`audit.address_of(e.address) = ${holder(values, address)}::inet and e.address is not null`)
  return conditions
}

function allConditionsOf(filters: AuditFilters, values: Value[]): string[] {
  return [
    ...conditionsOf(filters, values),
    ...equalities(facetColumns, filters, values),
    ...sortedConditionsOf(filters, values),
  ]
}

/** Those whose matches an index gives in no order of time. */
function sortedConditionsOf({ block, words, command }: AuditFilters, values: Value[]): string[] {
  const conditions: string[] = []
  if (block !== undefined)
    conditions.push(`audit.address_of(e.address) <<= ${holder(values, block)}::inet and e.address is not null`)
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
    (word) => `(strpos(lower(e.command), lower(${holder(values, word.replace(/:\*$/, ''))})) > 0 or ${holdsMore})`,
  )
}

const columnsByFilter = [
  ['principalId', 'e.principal'],
  ['principalName', 'e.principal_name'],
  ['app', 'e.app'],
  ['request', 'e.request'],
] as const satisfies ColumnsByFilter

/** What makes a facet. */
const facetColumns = [
  ['kind', 'e.kind'],
  ['rack', 'e.rack'],
  ['permission', 'e.permission'],
  ['route', 'e.route'],
  ['rule', 'e.rule'],
] as const satisfies ColumnsByFilter

type ColumnsByFilter = readonly (readonly [keyof AuditFilters, string])[]

function equalities(
  columnsOf: typeof columnsByFilter | typeof facetColumns,
  filters: AuditFilters,
  values: Value[],
): string[] {
  return columnsOf.flatMap(([name, column]) => {
    const value = filters[name]
    return value === undefined ? [] : [`${column} = ${holder(values, value)}`]
  })
}

const effects: Readonly<Record<string, string>> = { allow: 'allow', deny: 'deny', needs: 'needs' }

function havingWords(words: string, values: Value[]): string {
  return `audit.words_of(e.command, e.canonical) @@ to_tsquery('simple', ${holder(values, words)}) and ${holdsWords}`
}

function holder(values: Value[], value: Value): string {
  values.push(value)
  return `$${values.length}`
}
