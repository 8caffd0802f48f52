import { once } from 'node:events'
import net from 'node:net'
import type { AuditStore, RecordedEvent } from '@rack-gateway/audit'
import { createPostgresAuditStore } from '@rack-gateway/audit/store'
import pg from 'pg'
import postgres, { type Sql } from 'postgres'
import { arraysOf, hashesOf, linesOf, parametersOf, rangeOf } from './parameters.ts'
import { columnNames, linesStatement, lineValues, unnestStatement } from './statements.ts'

type Append = (stream: string, events: readonly RecordedEvent[]) => Promise<void>

interface Appender {
  readonly append: Append
  close(): Promise<void>
}

/** Each has only what a batch needs: no timeouts, no retries. Each checks the lease and the numbers, and resolves when the batch is durable. */
export const appenders: Readonly<Record<string, (url: string) => Promise<Appender>>> = {
  'postgres.js, a template with fragments': async (url) => {
    const sql = connect(url)
    return { append: (stream, events) => appendByTemplate(sql, stream, events), close: () => sql.end() }
  },
  'postgres.js, a constant statement': async (url) => {
    const sql = connect(url)
    return {
      async append(stream, events) {
        const [row] = await sql.unsafe(linesStatement, parametersOf(stream, events), { prepare: true })
        expectWritten(row, events)
      },
      close: () => sql.end(),
    }
  },
  'postgres.js, arrays and unnest': async (url) => {
    const sql = connect(url)
    return {
      async append(stream, events) {
        const [row] = await sql.unsafe(unnestStatement, arraysOf(stream, events), { prepare: true })
        expectWritten(row, events)
      },
      close: () => sql.end(),
    }
  },
  'postgres.js, COPY': async (url) => {
    const sql = connect(url)
    await sql.unsafe(holdFunction)
    return { append: (stream, events) => appendByCopy(sql, stream, events), close: () => sql.end() }
  },
  'pg, a named statement': (url) => openNodePostgres(url, false),
  'pg, a named statement, pipelining': (url) => openNodePostgres(url, true),
}

/** The store of the product, but with another `append`. */
export async function openStore(url: string, open: (url: string) => Promise<Appender>): Promise<AuditStore> {
  const product = createPostgresAuditStore({ url })
  const { append, close } = await open(url)
  return {
    ...product,
    append,
    async close() {
      await product.close()
      await close()
    },
  }
}

/** A store that keeps nothing, which shows what the writer costs without a driver. */
export function createEmptyStore(): AuditStore {
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  return { openStream: turn, append: turn, closeStream: turn, close: turn, renewLease: async () => 'renewed' }
}

function connect(url: string): Sql {
  return postgres(url, { max: 1, fetch_types: false, onnotice() {}, socket: connectWithoutDelay } as postgres.Options<
    Record<string, never>
  >)
}

/** postgres.js leaves Nagle's algorithm on, which delays the second of two messages without a response between them, as COPY has. */
async function connectWithoutDelay({ host, port }: { readonly host: string[]; readonly port: number[] }) {
  const socket = net.connect({ host: host[0] ?? '', port: port[0] ?? 0, noDelay: true })
  await once(socket, 'connect')
  return socket
}

async function appendByTemplate(sql: Sql, stream: string, events: readonly RecordedEvent[]): Promise<void> {
  const { first, from, to } = rangeOf(events)
  const [row] = await sql`
    with held as materialized (
      select id from audit.streams where id = ${stream} and (adopted_by is null or ${false}) for share
    ), line as materialized (
      select string_to_array(text, E'\t', '') as value, (number - 1)::int * 32 as at_hash
      from unnest(string_to_array(${linesOf(events)}::text, E'\n')) with ordinality as given(text, number)
    ), written as (
      insert into audit.events (stream, ${sql.unsafe(columnNames)}, prev, hash)
      select held.id, ${sql.unsafe(lineValues)},
        substr(hash.all, at_hash + 1, 32), substr(hash.all, at_hash + 33, 32)
      from held, line, (select ${hashesOf(events)}::bytea as all) as hash
      where ${first} > coalesce((
        select seq from audit.events where stream = ${stream} and at >= ${from} and at <= ${to}
        order by seq desc limit 1), 0)
      returning 1
    )
    select (select count(*) from held)::int as held, (select count(*) from written)::int as written`
  expectWritten(row, events)
}

/** One string of statements is one transaction. The first fails unless the lease and the numbers are right. */
const holdFunction = `
  create or replace function pg_temp.hold(wanted uuid, first bigint, month timestamptz, month_end timestamptz) returns void
  language plpgsql as $$ begin
    perform 1 from audit.streams where id = wanted and adopted_by is null for share;
    if not found or first <= coalesce((select seq from audit.events
      where stream = wanted and at >= month and at <= month_end order by seq desc limit 1), 0)
    then raise 'lost'; end if;
  end $$`

async function appendByCopy(sql: Sql, stream: string, events: readonly RecordedEvent[]): Promise<void> {
  const { first, from, to } = rangeOf(events)
  const into = await sql
    .unsafe(
      `select pg_temp.hold('${stream}', ${first}, '${from.toISOString()}', '${to.toISOString()}');
      copy audit.events (${columnNames}, prev, hash, stream) from stdin (null '')`,
    )
    .writable()
  let lines = ''
  for (const event of events) {
    const { position, columns, canonical, prev, hash } = event
    const text = [...columns, canonical].map(escapeBackslashes).join('\t')
    lines += `${position.seq}\t${position.at}\t${position.id}\t${text}\t\\\\x${prev.toString('hex')}\t\\\\x${hash.toString('hex')}\t${stream}\n`
  }
  await new Promise<void>((resolve, reject) => {
    into.once('error', reject)
    into.end(lines, resolve)
  })
}

function escapeBackslashes(text: string): string {
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text
}

async function openNodePostgres(connectionString: string, pipeline: boolean): Promise<Appender> {
  const client = new pg.Client({ connectionString, pipeline } as pg.ClientConfig)
  await client.connect()
  return {
    async append(stream, events) {
      const values = parametersOf(stream, events)
      const { rows } = await client.query({ name: 'append', text: linesStatement, values })
      expectWritten(rows[0], events)
    },
    close: () => client.end(),
  }
}

function expectWritten(row: Readonly<Record<string, unknown>> | undefined, events: readonly RecordedEvent[]) {
  if (row?.held !== 1 || row.written !== events.length) throw new Error('the batch was not written')
}
