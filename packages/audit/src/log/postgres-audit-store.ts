import { openPool, type PoolSettings } from '@rack-gateway/database'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { StreamLost } from '../errors/errors.ts'
import { genesis } from '../events/chain.ts'
import { draftColumns, positionColumns } from '../events/event-columns.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import { endOfMonth, monthOf } from '../months/calendar-month.ts'
import type { AdoptionProgress, AuditStore, NewStream } from './audit-store.ts'
import { createSelfReplacingConnection } from './self-replacing-connection.ts'

export interface PostgresAuditStoreOptions {
  /** One connection, with the runtime login. */
  readonly pool: PoolSettings
  /** Milliseconds until a silent connection is replaced. Default 4,000. */
  readonly timeout?: number
  /** Whether events may be imported later from a fallback file of this process. */
  readonly fallback?: boolean
}

/** Stores streams and events in PostgreSQL over its own connection, so that no other query delays the writer. */
export function createPostgresAuditStore({
  pool,
  timeout = 4_000,
  fallback = false,
}: PostgresAuditStoreOptions): AuditStore {
  const { run, end } = createSelfReplacingConnection({
    connect: () => connect(pool, timeout),
    timeout,
    isResponse: (error) => error instanceof StreamLost,
  })
  return {
    openStream: (stream) => run((sql) => openStream(sql, { ...stream, fallback })),
    append: (stream, events, progress) =>
      run((sql) =>
        progress
          ? sql.begin((tx) => appendWithProgress(tx, stream, events, progress))
          : appendOnce(sql, stream, events),
      ),
    renewLease: (stream, lease) =>
      run(async (sql) => {
        const { count } = await sql`
          update audit.streams set lease_until = now() + make_interval(secs => ${lease / 1_000})
          where id = ${stream} and adopted_by is null`
        return count === 1 ? 'renewed' : 'lost'
      }),
    closeStream: (stream) =>
      run(async (sql) => {
        await sql`update audit.streams set closed_at = coalesce(closed_at, now()) where id = ${stream} and adopted_by is null`
      }),
    close: end,
  }
}

/** Creates a stream and the partition of its month, unless they exist. */
export async function openStream(
  sql: Sql | TransactionSql,
  { id, month, host, pid, lease, follows = null, fallback }: Omit<NewStream, 'follows'> & OpenStreamOptions,
): Promise<void> {
  await sql`select audit.ensure_partition(${new Date(month).toISOString().slice(0, 10)}::date)`
  await sql`
    insert into audit.streams (id, month, host, pid, lease_until, follows, fallback)
    values (${id}, ${new Date(month)}, ${host}, ${pid}, now() + make_interval(secs => ${lease / 1_000}), ${follows}, ${fallback})
    on conflict (id) do nothing`
}

interface OpenStreamOptions {
  readonly follows?: string | null | undefined
  readonly fallback: boolean
}

/** `accounted_seq`: the calls up to this number have an outcome. `accounted_at`: when all calls had an outcome. */
async function appendWithProgress(
  tx: TransactionSql,
  stream: string,
  events: readonly RecordedEvent[],
  { stream: adopted, upTo, complete }: AdoptionProgress,
): Promise<void> {
  await append(tx, stream, events)
  const { count } = await tx`
    update audit.streams set accounted_seq = ${upTo}, accounted_at = case when ${complete} then now() end
    where id = ${adopted} and adopted_by = ${stream}`
  if (count !== 1) throw new StreamLost(stream, `it is not the adopter of ${adopted}`)
}

/** Also succeeds if an earlier attempt committed the same events, but its response was lost. */
function appendOnce(sql: Sql, stream: string, events: readonly RecordedEvent[]): Promise<void> {
  return append(sql, stream, events).catch((error) => {
    if (!isUniqueViolation(error)) throw error
    return assertSameEvents(sql, stream, events)
  })
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === '23505'
}

/** The columns of a line of `appendStatement`. They lack `stream`, which all events of a statement share. */
const lineColumns = [...positionColumns.filter(({ name }) => name !== 'stream'), ...draftColumns]
const columnNames = lineColumns.map(({ name }) => name).join(', ')
const columnValues = lineColumns
  .map(({ type }, index) => `value[${index + 1}]::${type === 'words' ? 'text' : type}`)
  .join(', ')

/**
 * Parameters: the stream, whether to ignore an adoption, the lines, the hashes, the first number, the stream again, and
 * the bounds of its month. The row lock on the stream excludes adopters.
 *
 * The primary key contains the time, so it does not ensure that the numbers are new. A condition compares the first
 * number with the stream's last one. ON CONFLICT would be slower, because it checks each event first.
 */
const appendStatement = templateOf(`
  with held as materialized (
    select id from audit.streams where id = ? and (adopted_by is null or ?) for share
  ), line as materialized (
    select string_to_array(text, E'\t', '') as value, (number - 1)::int * 32 as hash_offset
    from unnest(string_to_array(?::text, E'\n')) with ordinality as given(text, number)
  ), written as (
    insert into audit.events (stream, ${columnNames}, canonical, prev, hash)
    select held.id, ${columnValues}, value[${lineColumns.length + 1}],
      substr(hash.all, hash_offset + 1, 32), substr(hash.all, hash_offset + 33, 32)
    from held, line, (select ?::bytea as all) as hash
    where ? > coalesce((
      select seq from audit.events where stream = ? and at >= ? and at <= ? order by seq desc limit 1), 0)
    returning 1
  )
  select (select count(*) from held)::int as held, (select count(*) from written)::int as written`)

/** Builds the template of a query once. A query that is composed of fragments would be built again for each batch. */
function templateOf(text: string): TemplateStringsArray {
  const strings = text.split('?')
  return Object.assign(strings, { raw: strings })
}

/**
 * The values of `lineColumns` and the canonical form, with tabs between them; an empty value is null.
 * No value contains a tab or a line break, because events contain no control characters.
 */
function lineOf({ position, columns, canonical }: RecordedEvent): string {
  return `${position.seq}\t${position.at}\t${position.id}\t${columns.join('\t')}\t${canonical}`
}

/** Events from a fallback file are appended even after an adoption, because their callers already got a response.
 *
 * @throws StreamLost */
export async function append(
  sql: Sql | TransactionSql,
  stream: string,
  events: readonly RecordedEvent[],
  source: 'writer' | 'file' = 'writer',
): Promise<void> {
  if (events.length === 0) return
  const { first, prev, from, to } = rangeOf(events)
  const lines = events.map(lineOf).join('\n')
  // The previous hash and all hashes: each event's `prev` is the hash before its own.
  const hashes = Buffer.concat([prev, ...events.map(({ hash }) => hash)])
  const [written] = await sql(appendStatement, stream, source === 'file', lines, hashes, first, stream, from, to)
  if (written?.held !== 1) throw new StreamLost(stream, 'another process adopted it')
  if (written.written !== events.length) await assertSameEvents(sql, stream, events)
}

/**
 * Succeeds if the stored events are equal to `events`: an earlier attempt committed them, and its response was lost.
 *
 * @throws StreamLost if other events have these numbers
 */
export async function assertSameEvents(
  sql: Sql | TransactionSql,
  stream: string,
  events: readonly RecordedEvent[],
): Promise<void> {
  const { first, last, from, to } = rangeOf(events)
  const found = await sql`
    select hash from audit.events
    where stream = ${stream} and seq between ${first} and ${last} and at >= ${from} and at <= ${to} order by seq, at`
  const isSame = found.length === events.length && events.every(({ hash }, index) => hash.equals(found[index]?.hash))
  if (!isSame) throw new StreamLost(stream, `another process wrote events between ${first} and ${last}`)
}

export interface LastEvent {
  /** 0 without events. */
  readonly seq: number
  readonly hash: Buffer
  readonly kind: string
}

/** @param stream `month` is the start of its month, in milliseconds since the epoch; only this partition is read */
export async function lastEvent(
  sql: Sql | TransactionSql,
  { id, month }: { readonly id: string; readonly month: number },
): Promise<LastEvent> {
  const [row] = await sql<{ seq: string; hash: Buffer; kind: string }[]>`
    select seq, hash, kind from audit.events
    where stream = ${id} and at >= ${new Date(month)} and at <= ${new Date(endOfMonth(month))}
    order by seq desc limit 1`
  return { seq: Number(row?.seq ?? 0), hash: row?.hash ?? genesis, kind: row?.kind ?? '' }
}

/** The range of numbers, and the bounds of the month, which limit queries to one partition. */
function rangeOf(events: readonly RecordedEvent[]) {
  const [first] = events
  const last = events.at(-1)
  if (!first || !last) throw new Error('there are no events')
  const { moment } = first.position
  return {
    first: first.position.seq,
    last: last.position.seq,
    prev: first.prev,
    from: new Date(monthOf(moment)),
    to: new Date(endOfMonth(moment)),
  }
}

function connect(pool: PoolSettings, timeout: number): Sql {
  return openPool(pool, {
    connect_timeout: Math.ceil(timeout / 1_000),
    connection: { statement_timeout: timeout },
  })
}
