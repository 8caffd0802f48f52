import postgres, { type Sql } from 'postgres'
import type { AuditStore } from './audit-store.ts'
import { columnsOf } from './columns.ts'
import { StreamLost } from './errors.ts'
import type { RecordedEvent } from './event.ts'
import { endOfMonth, monthOf } from './stream.ts'

export interface PostgresAuditStoreOptions {
  /** The runtime login. */
  readonly url: string
  /** Milliseconds after which a silent connection is given up and replaced. Default 4,000. */
  readonly timeout?: number
}

/** Keeps streams and events in PostgreSQL, over one connection of its own, so that no other query stands before a record. */
export function createPostgresAuditStore({ url, timeout = 4_000 }: PostgresAuditStoreOptions): AuditStore {
  let sql = connect(url, timeout)

  /** A connection that says nothing is thrown away: what was sent on it may still take place, so the next attempt finds out. */
  async function within<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const used = sql
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout)
    })
    try {
      return await Promise.race([work(used), silence])
    } catch (error) {
      if (!(error instanceof StreamLost) && used === sql) {
        sql = connect(url, timeout)
        used.end({ timeout: 0 }).catch(() => {})
      }
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    openStream: ({ id, month, host, pid, lease }) =>
      within(async (sql) => {
        await sql`select audit.ensure_partition(${new Date(month).toISOString().slice(0, 10)}::date)`
        await sql`
          insert into audit.streams (id, month, host, pid, lease_until)
          values (${id}, ${new Date(month)}, ${host}, ${pid}, now() + make_interval(secs => ${lease / 1_000}))
          on conflict (id) do nothing`
      }),
    async append(stream, events) {
      if (events.length > 0) await within((sql) => append(sql, stream, events))
    },
    renewLease: (stream, lease) =>
      within(async (sql) => {
        const { count } = await sql`
          update audit.streams set lease_until = now() + make_interval(secs => ${lease / 1_000})
          where id = ${stream} and adopted_by is null`
        return count === 1 ? 'renewed' : 'lost'
      }),
    closeStream: (stream) =>
      within(async (sql) => {
        await sql`update audit.streams set closed_at = coalesce(closed_at, now()) where id = ${stream} and adopted_by is null`
      }),
    close: () => sql.end({ timeout: 5 }),
  }
}

/**
 * One statement, so one transaction and one round trip. The row lock keeps an adopter out while the events go in, and us out after.
 * The primary key has the time in it, because of the partitions, so that the numbers are new is asked for beside it: by the stream's last
 * one, which the key's index gives at once however long the stream is.
 */
async function append(sql: Sql, stream: string, events: readonly RecordedEvent[]): Promise<void> {
  const range = rangeOf(events)
  const rows = JSON.stringify(events.map(columnsOf))
  const [written] = await sql`
    with held as materialized (
      select id from audit.streams where id = ${stream} and adopted_by is null for share
    ), written as (
      insert into audit.events (stream, seq, at, id, kind, request, of_event, principal, principal_name, address, rack, app,
        route, permission, effect, rule, status, process, command, canonical, prev, hash)
      select e.stream, e.seq, e.at, e.id, e.kind, e.request, e.of_event, e.principal, e.principal_name, e.address, e.rack, e.app,
        e.route, e.permission, e.effect, e.rule, e.status, e.process, e.command, e.canonical, decode(e.prev, 'hex'), decode(e.hash, 'hex')
      from held, json_to_recordset(${rows}::text::json) as e(stream uuid, seq bigint, at timestamptz, id uuid, kind text,
        request text, of_event uuid, principal text, principal_name text, address text, rack text, app text, route text,
        permission text, effect text, rule text, status smallint, process text, command text, canonical text, prev text, hash text)
      where ${range.first} > coalesce((
        select seq from audit.events where stream = ${stream} and at >= ${range.from} and at <= ${range.to}
        order by seq desc limit 1), 0)
      on conflict (stream, seq, at) do nothing
      returning 1
    )
    select (select count(*) from held)::int as held, (select count(*) from written)::int as written`
  if (written?.held !== 1) throw new StreamLost(stream, 'another process adopted it')
  if (written.written !== events.length) await expectOurs(sql, stream, events)
}

/** Some were there already: fine if they are ours, from an attempt whose answer was lost. */
async function expectOurs(sql: Sql, stream: string, events: readonly RecordedEvent[]): Promise<void> {
  const { first, last, from, to } = rangeOf(events)
  const found = await sql`
    select hash from audit.events
    where stream = ${stream} and seq between ${first} and ${last} and at >= ${from} and at <= ${to} order by seq, at`
  const ours = found.length === events.length && events.every(({ hash }, index) => hash.equals(found[index]?.hash))
  if (!ours) throw new StreamLost(stream, `someone else has written between its events ${first} and ${last}`)
}

/** Their numbers, and the bounds of their month, which lead to one partition. */
function rangeOf(events: readonly RecordedEvent[]) {
  const first = events[0]?.event
  const last = events.at(-1)?.event
  const at = Date.parse(first?.at ?? '')
  return { first: first?.seq ?? 0, last: last?.seq ?? 0, from: new Date(monthOf(at)), to: new Date(endOfMonth(at)) }
}

function connect(url: string, timeout: number): Sql {
  return postgres(url, {
    max: 1,
    // A connection that breaks during that query would be an unhandled rejection, the end of the process.
    fetch_types: false,
    connect_timeout: Math.ceil(timeout / 1_000),
    connection: { application_name: 'rack-gateway audit', statement_timeout: timeout },
    onnotice() {},
  })
}
