import { openPool } from '@rack-gateway/database'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { StreamLost } from '../errors.ts'
import type { RecordedEvent } from '../recorded-event.ts'
import { createReplacedConnection } from '../replaced-connection.ts'
import { append, expectOurs, type LastEvent, lastEvent, openStream } from '../store.ts'
import type { FileHeader } from './line.ts'
import type { FileEnd, FileReader } from './read-file.ts'

export type ImportResult =
  /** All of it that holds is in the log now. */
  | {
      readonly kind: 'imported'
      readonly header: FileHeader
      /** Events that were not there before. */
      readonly inserted: number
      readonly last: { readonly seq: number; readonly hash: Buffer }
      /** Who had adopted the stream meanwhile. */
      readonly adoptedBy: string | null
      readonly end: FileEnd
    }
  /** Nothing of it went in. */
  | { readonly kind: 'refused'; readonly reason: string; readonly different: boolean }
  /** Somebody else holds its stream: later. */
  | { readonly kind: 'busy' }

export interface FallbackImporter {
  /** Takes a whole file in one transaction, under its stream's lock. @throws what PostgreSQL throws */
  take(reader: FileReader): Promise<ImportResult>
  /** @throws when the database does not answer */
  ping(): Promise<void>
  /** Which of these streams have a writer that reaches the database. */
  alive(streams: readonly string[]): Promise<ReadonlySet<string>>
  /** Number of a stream's last event in the log; 0: none. */
  lastSeq(stream: { readonly id: string; readonly month: number }): Promise<number>
  close(): Promise<void>
}

export interface PostgresImporterOptions {
  /** The runtime login. */
  readonly url: string
  /** Milliseconds until a silent connection is given up. Default 2,000: callers may be waiting. */
  readonly timeout?: number
}

/** Imports over a connection of its own, so that no record waits behind a file. */
export function createPostgresImporter({ url, timeout = 2_000 }: PostgresImporterOptions): FallbackImporter {
  const { within, end } = createReplacedConnection({
    connect: () => connect(url, timeout),
    timeout,
    isAnswer: (error) => error instanceof ImportRefused || error instanceof postgres.PostgresError,
  })
  return {
    take: (reader) => within((sql, progress) => sql.begin((tx) => take(tx, reader, progress))).catch(refusal),
    async ping() {
      await within((sql) => sql`select 1`)
    },
    alive: (streams) => within((sql) => alive(sql, streams)),
    lastSeq: async (stream) => (await within((sql) => lastEvent(sql, stream))).seq,
    close: end,
  }
}

function connect(url: string, timeout: number): Sql {
  return openPool(url, {
    max: 1,
    idle_timeout: 60,
    connect_timeout: Math.ceil(timeout / 1_000),
    connection: { application_name: 'rack-gateway fallback', statement_timeout: timeout },
  })
}

async function alive(sql: Sql, streams: readonly string[]): Promise<ReadonlySet<string>> {
  if (streams.length === 0) return new Set()
  const rows = await sql<{ id: string }[]>`
    select id from audit.streams
    where id in ${sql([...streams])} and adopted_by is null and closed_at is null and lease_until > now()`
  return new Set(rows.map(({ id }) => id))
}

/** Rolls back what a file had brought so far. */
class ImportRefused extends Error {
  readonly different: boolean
  constructor(reason: string, { different }: { readonly different: boolean } = { different: false }) {
    super(reason)
    this.different = different
  }
}

function refusal(error: unknown): ImportResult {
  if (error instanceof ImportRefused) return { kind: 'refused', reason: error.message, different: error.different }
  if (error instanceof postgres.PostgresError && error.code === lockNotAvailable) return { kind: 'busy' }
  if (error instanceof postgres.PostgresError && isWithoutPartition(error))
    return {
      kind: 'refused',
      reason: `the database has no room for its month, which is too old or was dropped (${error.message})`,
      different: false,
    }
  throw error
}

const lockNotAvailable = '55P03'

/** Neither goes away by itself: `ensure_partition` makes none, or there is none any more. A constraint of ours would have a name. */
function isWithoutPartition({ code, constraint_name: constraint }: postgres.PostgresError): boolean {
  return code === '22008' || (code === '23514' && constraint === undefined)
}

async function take(
  tx: TransactionSql,
  { header, batches, end }: FileReader,
  progress: () => void,
): Promise<ImportResult> {
  if (header === null) throw new ImportRefused(end.kind === 'damaged' ? end.reason : 'it holds no whole line')
  const { adopted_by: adoptedBy } = (await lockStream(tx, header)) ?? (await makeStream(tx, header))
  let last = await lastEvent(tx, header)
  const reading = batches()
  let inserted = 0
  for (;;) {
    progress()
    const batch = await reading.next()
    if (batch.done) {
      if (last.kind === 'stream.closed') await closeStream(tx, header.id)
      // Calls that the file brought may be open: its adopter goes on from where it was.
      if (inserted > 0) {
        await tx`update audit.streams set accounted_at = null where id = ${header.id} and adopted_by is not null`
        // What came late is to be signed, too.
        await tx`update audit.trees set settled = false where stream = ${header.id} and settled`
      }
      return { kind: 'imported', header, inserted, last, adoptedBy, end: batch.value }
    }
    const present = batch.value.filter(({ place }) => place.seq <= last.seq)
    const missing = batch.value.slice(present.length)
    await expectSame(tx, header.id, present)
    const [first] = missing
    const newest = missing.at(-1)
    if (!first || !newest) continue
    expectFollows(first, last)
    await append(tx, header.id, missing, 'file')
    inserted += missing.length
    last = { seq: newest.place.seq, hash: newest.hash, kind: newest.column('kind') }
  }
}

async function lockStream(tx: TransactionSql, { id, month, host }: FileHeader) {
  const [row] = await tx<{ adopted_by: string | null; month: Date; host: string }[]>`
    select adopted_by, month, host from audit.streams where id = ${id} for update nowait`
  if (row && (row.month.getTime() !== month || row.host !== host))
    throw new ImportRefused('the log knows its stream by another host or month')
  return row
}

/** A stream that was begun while the database was away is known from its first event on. */
async function makeStream(tx: TransactionSql, header: FileHeader): Promise<{ adopted_by: string | null }> {
  if (header.seq !== 1) throw new ImportRefused('the log does not know its stream')
  await openStream(tx, { ...header, lease: 0, fallback: true })
  const row = await lockStream(tx, header)
  if (!row) throw new ImportRefused('its stream could not be made')
  return row
}

async function expectSame(tx: TransactionSql, stream: string, present: readonly RecordedEvent[]) {
  if (present.length === 0) return
  try {
    await expectOurs(tx, stream, present)
  } catch (error) {
    if (error instanceof StreamLost)
      throw new ImportRefused(`the log has something else in the place of ${rangeText(present)}`, { different: true })
    throw error
  }
}

function rangeText(events: readonly RecordedEvent[]): string {
  return `its events ${events[0]?.place.seq} to ${events.at(-1)?.place.seq}`
}

function expectFollows({ place, prev }: RecordedEvent, last: LastEvent) {
  if (place.seq !== last.seq + 1)
    throw new ImportRefused(`the log has its stream up to event ${last.seq}, and the file begins with ${place.seq}`)
  if (!prev.equals(last.hash))
    throw new ImportRefused(`event ${place.seq} does not follow the one that the log has before it`, {
      different: true,
    })
  if (last.kind === 'stream.closed') throw new ImportRefused('its stream was closed', { different: true })
}

async function closeStream(tx: TransactionSql, stream: string) {
  await tx`update audit.streams set closed_at = coalesce(closed_at, now()) where id = ${stream} and adopted_by is null`
}
