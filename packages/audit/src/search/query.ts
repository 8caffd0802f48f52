import { monthAfter } from '../months/calendar-month.ts'
import type { AuditFilters } from './filters.ts'
import { readKinds } from './views.ts'

/** SQL text, and the values of its placeholders `$1`, `$2`, and so on. */
export interface Query {
  readonly text: string
  readonly values: readonly Value[]
}
export type Value = string | number | Date

/** Position of an event, such as the last one of a page. */
export interface PagePosition {
  /** Microseconds since the epoch. */
  readonly at: string
  readonly stream: string
  readonly seq: string
}

export const eventColumns =
  'e.id, (extract(epoch from e.at) * 1000000)::bigint::text as micros, e.stream, e.seq::text as seq, e.written_at, e.canonical, e.prev, e.hash'

/** The events of a page: at most `limit`, and only those before a position. */
export interface PageBounds {
  readonly limit: number
  readonly before?: PagePosition
}

/**
 * Events with the same kind, rack, route, permission, and rule have the same facet. A log has few facets, and an index
 * lists the events of each facet by time. Each entry of `Facets` is the digest of one facet, as `audit.facet_of` in
 * PostgreSQL computes it.
 */
export type Facets = readonly string[]

/**
 * The newest matching events before a position. Some conditions have no index in time order; `offset 0` makes
 * PostgreSQL find all matches first and then sort them, instead of scanning the whole log in time order.
 */
export function pageQuery(filters: AuditFilters, { limit, before }: PageBounds, facets?: Facets): Query {
  const values: Value[] = []
  const conditions = allConditionsOf(filters, values)
  if (facets) conditions.push(amongFacets(facets, values))
  if (before) conditions.push(beforePosition(filters, before, values))
  const found = needsSort(filters)
    ? `(select e.* from audit.events e ${where(conditions)} offset 0) e`
    : `audit.events e ${where(conditions)}`
  return {
    text: `select ${eventColumns} from ${found} order by ${newestFirst(filters)} limit ${placeholder(values, limit)}`,
    values,
  }
}

/**
 * Like `pageQuery`, but only among the newest `recent` events that match the conditions with an index in time order.
 * If matches are frequent, this query fills a page faster than one that sorts all matches.
 */
export function recentPageQuery(filters: AuditFilters, { limit, before }: PageBounds, recent: number): Query {
  const values: Value[] = []
  const conditions = conditionsOf(filters, values)
  if (before) conditions.push(beforePosition(filters, before, values))
  const among = `select e.* from audit.events e ${where(conditions)} order by ${newestFirst(filters)} limit ${recent}`
  const matching = [
    ...equalities(facetColumns, filters, values),
    ...prefilterConditions(filters, values),
    ...conditionsWithoutTimeOrder(filters, values),
    ...alternativesOf(filters, values),
    ...exclusionsOf(filters, values),
  ]
  return {
    text: `select ${eventColumns} from (${among}) e ${where(matching)} order by ${newestFirst(filters)} limit ${placeholder(values, limit)}`,
    values,
  }
}

/** The facets whose events can match. Jumps through the index from one facet to the next. */
export function facetsQuery(filters: AuditFilters): Query {
  const values: Value[] = []
  const nextFacet = `select ${facet} as digest, ${facetColumns.map(([, column]) => column)} from audit.events e`
  return {
    text: `with recursive facet as (
        (${nextFacet} order by 1 limit 1)
        union all
        select next.* from facet cross join lateral (${nextFacet} where ${facet} > facet.digest order by 1 limit 1) next
      )
      select e.digest::text as facet from facet e ${where(facetConditions(filters, values))}`,
    values,
  }
}

/**
 * Like `pageQuery`, from the newest events of each facet. Selects the facet with `between`. With `=`, PostgreSQL would
 * assume an average facet, and scan all events in time order instead of using the facet index.
 */
export function facetPageQuery(filters: AuditFilters, { limit, before }: PageBounds, facets: Facets): Query {
  const values: Value[] = []
  const wanted = `unnest(${placeholder(values, `{${facets}}`)}::bigint[]) as wanted(digest)`
  const conditions = [`${facet} between wanted.digest and wanted.digest`, ...conditionsOf(filters, values)]
  if (before) conditions.push(beforePosition(filters, before, values))
  const max = placeholder(values, limit)
  const newest = `select e.* from audit.events e ${where(conditions)} order by ${facet} desc, ${newestFirst(filters)} limit ${max}`
  return {
    text: `select ${eventColumns} from ${wanted} cross join lateral (${newest}) e
      ${where(facetConditions(filters, values))} order by ${newestFirst(filters)} limit ${max}`,
    values,
  }
}

/** All matching events: in number order if the filters select one stream, otherwise in time order. */
export function exportQuery(filters: AuditFilters, facets?: Facets): Query {
  const values: Value[] = []
  const conditions = allConditionsOf(filters, values)
  if (facets) conditions.push(amongFacets(facets, values))
  const order = filters.stream === undefined ? 'e.at, e.stream, e.seq' : 'e.stream, e.seq'
  return { text: `select ${eventColumns} from audit.events e ${where(conditions)} order by ${order}`, values }
}

/** How an event ended, for counts. The effect comes first, because a denied call also has a failing status. */
const resultOf = `case when e.effect = 'deny' then 'denied' when e.effect = 'require' then 'required'
  when e.status >= 400 then 'failed' when e.effect = 'allow' then 'allowed' else 'none' end`

/** A range of time whose events one query counts, in buckets of `width`. */
export interface CountedRange {
  readonly from: Date
  readonly to: Date
  /** Seconds. */
  readonly width: number
  readonly limit: number
}

/** The number of matching events for each bucket and result. Buckets are numbered from the epoch. */
export function countQuery(filters: AuditFilters, { from, to, width, limit }: CountedRange, facets?: Facets): Query {
  const values: Value[] = []
  const conditions = allConditionsOf({ ...filters, from, to }, values)
  if (facets) conditions.push(amongFacets(facets, values))
  const counted = `select e.at, e.effect, e.status from audit.events e ${where(conditions)} limit ${placeholder(values, limit)}`
  return {
    text: `select ((extract(epoch from e.at) * 1000000)::bigint / ${placeholder(values, width * 1_000_000)}::bigint)::float8 as bucket,
      ${resultOf} as result, count(*)::float8 as count from (${counted}) e group by 1, 2`,
    values,
  }
}

/** The ID contains the time, which has an index. */
export function eventQuery(id: string, moment: number): Query {
  return {
    text: `select ${eventColumns} from audit.events e where e.at = $1::timestamptz and e.id = $2::uuid limit 1`,
    values: [new Date(moment), id],
  }
}

/** Events of the principal that are searched in each direction, at most. */
const maxBetween = 1_000

/** IDs of the events directly before and after an event: in its stream, and among the events with its credential. */
export function neighborsQuery(position: PagePosition, session: SessionFilter | null): Query {
  const values: Value[] = []
  const { at, stream, seq } = position
  const moment = `(${momentInSql(at, values)})`
  const eventPosition = () => `(${moment}, ${placeholder(values, stream)}::uuid, ${placeholder(values, seq)}::bigint)`
  // All events of a stream are of one month, in UTC.
  const month = `date_trunc('month', ${moment}, 'UTC')`
  const inStream = (offset: 1 | -1) =>
    `(select e.id from audit.events e where e.stream = ${placeholder(values, stream)}::uuid
      and e.seq = ${placeholder(values, seq)}::bigint + ${offset}
      and e.at >= ${month} and e.at < ${month} + interval '1 month' limit 1)`
  const ofSession = ({ principalId, credential }: SessionFilter, compare: '<' | '>', order: 'asc' | 'desc') =>
    `(select e.id from (select e.* from audit.events e
      where e.principal = ${placeholder(values, principalId)} and (e.at, e.stream, e.seq) ${compare} ${eventPosition()}
      order by e.at ${order}, e.stream ${order}, e.seq ${order} limit ${maxBetween}) e
      where ${ofCredential(credential, values)} order by e.at ${order}, e.stream ${order}, e.seq ${order} limit 1)`
  return {
    text: `select ${inStream(-1)} as "previousInStream", ${inStream(1)} as "nextInStream",
      ${session === null ? 'null' : ofSession(session, '<', 'desc')} as "previousInSession",
      ${session === null ? 'null' : ofSession(session, '>', 'asc')} as "nextInSession"`,
    values,
  }
}

export interface SessionFilter {
  readonly principalId: string
  readonly credential: string
}

/** The acknowledgments of alarms, newest first. */
export function acknowledgmentsQuery(ids: readonly string[]): Query {
  return {
    text: `select ${eventColumns} from audit.events e where e.of_event = any($1::uuid[]) and e.kind = 'alarm.acknowledged'
      order by e.at desc, e.stream desc, e.seq desc`,
    values: [`{${ids}}`],
  }
}

/** Matching events of one stream in a range of numbers, in order. */
export function streamQuery(
  filters: AuditFilters,
  { stream, after, upTo, month, limit }: StreamRange & { readonly limit: number },
): Query {
  const values: Value[] = []
  const conditions = allConditionsOf(filters, values)
  conditions.push(
    `e.stream = ${placeholder(values, stream)}::uuid`,
    `e.seq > ${placeholder(values, after)}::bigint and e.seq <= ${placeholder(values, upTo)}::bigint`,
    inMonth(values, month),
  )
  return {
    text: `select ${eventColumns} from audit.events e ${where(conditions)} order by e.seq limit ${placeholder(values, limit)}`,
    values,
  }
}

/** The events of a stream with a number above `after` and at most `upTo`. */
export interface StreamRange {
  readonly stream: string
  readonly after: number
  readonly upTo: number
  /** Start of the stream's month. */
  readonly month: Date
}

/** Limits the query to one partition. */
function inMonth(values: Value[], month: Date): string {
  const next = new Date(monthAfter(month.getTime()))
  return `e.at >= ${placeholder(values, month)}::timestamptz and e.at < ${placeholder(values, next)}::timestamptz`
}

/** Whether no index has the matches in time order, so that they must be sorted. */
export function needsSort({ words, command, block }: AuditFilters): boolean {
  return words !== undefined || command !== undefined || block !== undefined
}

/** Whether facets help to find matches. The events of one stream or request are few, so they need no facets. */
export function canUseFacets(filters: AuditFilters): boolean {
  return filters.stream === undefined && filters.request === undefined && filtersByFacet(filters)
}

/**
 * Splits a group of alternatives into filters that each use one index. Some alternatives have a facet, and others have an
 * index of their own, and no index returns the matches of both in time order.
 *
 * @returns filters of which an event must match at least one. Null if no group mixes both kinds of alternatives, or if
 *   the filters select one stream or request, whose events are few.
 */
export function splitGroup(filters: AuditFilters): readonly AuditFilters[] | null {
  const { anyOf = [], stream, request } = filters
  if (stream !== undefined || request !== undefined) return null
  const mixed = anyOf.find((group) => group.some(hasFacetColumn) && !group.every(hasFacetColumn))
  if (mixed === undefined) return null
  const parts = [mixed.filter(hasFacetColumn), ...mixed.filter((one) => !hasFacetColumn(one)).map((one) => [one])]
  return parts.map((part) => ({ ...filters, anyOf: anyOf.map((group) => (group === mixed ? part : group)) }))
}

/**
 * Whether only the facet index has the matches in time order. Exclusions of facet columns count, too, because the
 * remaining facets can be rare.
 */
export function needsFacetIndex(filters: AuditFilters): boolean {
  const { principalId, principalName, app, effect, status, statusClass, address, stream, request } = filters
  const { not = [], anyOf = [] } = filters
  const others = [principalId, principalName, app, effect, status, statusClass, address, stream, request]
  const facets = [...(hasFacetColumn(filters) ? [filters] : []), ...anyOf.flat(), ...not]
  return (
    facets.length > 0 &&
    facets.every(hasFacetColumn) &&
    !needsSort(filters) &&
    filters.isWithoutConsoleReads === undefined &&
    others.every((other) => other === undefined)
  )
}

function filtersByFacet(filters: AuditFilters): boolean {
  return hasFacetColumn(filters) || (filters.anyOf ?? []).some((group) => group.every(hasFacetColumn))
}

function hasFacetColumn(filters: AuditFilters): boolean {
  return facetColumns.some(([name]) => filters[name] !== undefined)
}

const facet = 'audit.facet_of(e.kind, e.rack, e.route, e.permission, e.rule)'

function amongFacets(facets: Facets, values: Value[]): string {
  return `${facet} = any(${placeholder(values, `{${facets}}`)}::bigint[])`
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
}

/** Within a stream, numbers follow time. */
function newestFirst({ stream }: AuditFilters): string {
  return stream === undefined ? 'e.at desc, e.stream desc, e.seq desc' : 'e.seq desc'
}

function beforePosition({ stream }: AuditFilters, { at, stream: last, seq }: PagePosition, values: Value[]): string {
  if (stream !== undefined) return `e.seq < ${placeholder(values, seq)}::bigint`
  return `(e.at, e.stream, e.seq) < (${momentInSql(at, values)}, ${placeholder(values, last)}::uuid, ${placeholder(values, seq)}::bigint)`
}

/** @param at microseconds since the epoch */
function momentInSql(at: string, values: Value[]): string {
  return `timestamptz 'epoch' + ${placeholder(values, at)}::bigint * interval '1 microsecond'`
}

const mayHaveWordsOutsideCommand =
  "e.effect in ('deny', 'require') or e.kind not in ('call', 'intent', 'outcome', 'opened', 'closed')"
/** The condition of the partial index on words. */
const hasWords = `(e.command is not null or ${mayHaveWordsOutsideCommand})`

/** The conditions with an index in time order, except facet conditions. */
function conditionsOf(filters: AuditFilters, values: Value[]): string[] {
  const { from, to, status, statusClass, address, effect } = filters
  const conditions: string[] = []
  const add = (condition: string) => void conditions.push(condition)
  if (from) add(`e.at >= ${placeholder(values, from)}::timestamptz`)
  if (to) add(`e.at < ${placeholder(values, to)}::timestamptz`)
  conditions.push(...equalities(columnsByFilter, filters, values))
  if (filters.credential !== undefined) add(ofCredential(filters.credential, values))
  if (filters.stream !== undefined) add(`e.stream = ${placeholder(values, filters.stream)}::uuid`)
  if (effect !== undefined) add(`e.effect = '${effects[effect] ?? 'none'}'`)
  // The additional literals allow PostgreSQL to use partial indexes that exclude the most common value.
  if (status !== undefined)
    add(`e.status = ${placeholder(values, status)}::smallint${status === 200 ? '' : ' and e.status <> 200'}`)
  if (statusClass !== undefined)
    add(
      `e.status / 100 = ${placeholder(values, statusClass)}::int${statusClass === 2 ? '' : ' and e.status / 100 <> 2'}`,
    )
  if (address !== undefined)
    add(`audit.address_of(e.address) = ${placeholder(values, address)}::inet and e.address is not null`)
  return conditions
}

function allConditionsOf(filters: AuditFilters, values: Value[]): string[] {
  return [
    ...conditionsOf(filters, values),
    ...equalities(facetColumns, filters, values),
    ...conditionsWithoutTimeOrder(filters, values),
    ...alternativesOf(filters, values),
    ...exclusionsOf(filters, values),
  ]
}

/** One condition for each group of filters, one of which must match. */
function alternativesOf({ anyOf = [] }: Pick<AuditFilters, 'anyOf'>, values: Value[]): string[] {
  return anyOf.map((group) => {
    const alternatives = group.map((filters) => `(${allConditionsOf(filters, values).join(' and ')})`)
    return `(${alternatives.join(' or ')})`
  })
}

/** An event without the field does not match the inner condition, so it is not excluded. */
function exclusionsOf({ not = [], isWithoutConsoleReads }: AuditFilters, values: Value[]): string[] {
  const exclusions = not.map((excluded) => `(${allConditionsOf(excluded, values).join(' and ')}) is not true`)
  return isWithoutConsoleReads ? [...exclusions, `(${isConsoleRead}) is not true`] : exclusions
}

/**
 * The mode has no column. A recorded parameter can also be named `mode`, so a match of the text is checked in the parsed
 * event.
 */
const isConsoleRead = `e.effect = 'allow' and e.kind in (${readKinds.map((kind) => `'${kind}'`)}) and case
  when strpos(e.canonical, '"mode":"web-console"') > 0 then e.canonical::json ->> 'mode' = 'web-console' end`

/** The conditions of facet columns, including those of alternatives and exclusions. */
function facetConditions(filters: AuditFilters, values: Value[]): string[] {
  const not = filters.not?.filter(hasFacetColumn) ?? []
  const anyOf = filters.anyOf?.filter((group) => group.every(hasFacetColumn)) ?? []
  return [
    ...equalities(facetColumns, filters, values),
    ...alternativesOf({ anyOf }, values),
    ...exclusionsOf({ not }, values),
  ]
}

/** The credential has no column. The canonical form escapes quotes in texts, so no other text can match. */
function ofCredential(credential: string, values: Value[]): string {
  return `strpos(e.canonical, ${placeholder(values, `"credential":"${credential}"`)}) > 0`
}

function conditionsWithoutTimeOrder({ block, words, command }: AuditFilters, values: Value[]): string[] {
  const conditions: string[] = []
  if (block !== undefined)
    conditions.push(`audit.address_of(e.address) <<= ${placeholder(values, block)}::inet and e.address is not null`)
  if (words !== undefined) conditions.push(havingWords(words, values))
  if (command !== undefined) {
    conditions.push(havingWords(command.words, values))
    conditions.push(`strpos(lower(e.command), lower(${placeholder(values, command.text)})) > 0`)
  }
  return conditions
}

/** Cheap conditions that exclude most rows: the words of an allowed call can only be in the command. */
function prefilterConditions({ words, command }: AuditFilters, values: Value[]): string[] {
  const all = [words, command?.words].flatMap((one) => one?.split(' & ') ?? [])
  return all.map(
    (word) =>
      `(strpos(lower(e.command), lower(${placeholder(values, word.replace(/:\*$/, ''))})) > 0 or ${mayHaveWordsOutsideCommand})`,
  )
}

const columnsByFilter = [
  ['principalId', 'e.principal'],
  ['principalName', 'e.principal_name'],
  ['app', 'e.app'],
  ['request', 'e.request'],
] as const satisfies ColumnsByFilter

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
    return value === undefined ? [] : [`${column} = ${placeholder(values, value)}`]
  })
}

const effects: Readonly<Record<string, string>> = { allow: 'allow', deny: 'deny', require: 'require' }

function havingWords(words: string, values: Value[]): string {
  return `audit.words_of(e.command, e.canonical) @@ to_tsquery('simple', ${placeholder(values, words)}) and ${hasWords}`
}

function placeholder(values: Value[], value: Value): string {
  values.push(value)
  return `$${values.length}`
}

/** An array in the text form of PostgreSQL. The driver cannot send arrays, because it does not know their types. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`
}
