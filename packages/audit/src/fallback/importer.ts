import { openPool, type PoolSettings } from '@rack-gateway/database'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { StreamLost } from '../errors/errors.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import { append, assertSameEvents, type LastEvent, lastEvent, openStream } from '../log/postgres-audit-store.ts'
import { createSelfReplacingConnection } from '../log/self-replacing-connection.ts'
import type { FileEnd, FileReader } from './read-fallback-file.ts'
import type { FileHeader } from './signed-line.ts'

export type ImportResult =
  /** All valid events are in the log. */
  | {
      readonly kind: 'imported'
      readonly header: FileHeader
      /** Newly inserted events. */
      readonly inserted: number
      readonly last: { readonly seq: number; readonly hash: Buffer }
      readonly adoptedBy: string | null
      readonly end: FileEnd
    }
  /** Nothing was imported. `different`: the log has other events at these numbers, or the stream was already closed. */
  | { readonly kind: 'refused'; readonly reason: string; readonly different: boolean }
  /** Another process holds the stream's lock. */
  | { readonly kind: 'busy' }

export interface FallbackImporter {
  /** Imports a file in one transaction, under the lock of its stream. @throws what PostgreSQL throws */
  importFile(reader: FileReader): Promise<ImportResult>
  /** @throws if the database does not answer */
  ping(): Promise<void>
  /** Returns those of the given streams whose writers still reach the database. */
  findLive(streams: readonly string[]): Promise<ReadonlySet<string>>
  /** Number of a stream's last event; 0 without events. */
  lastSeq(stream: { readonly id: string; readonly month: number }): Promise<number>
  close(): Promise<void>
}

export interface PostgresImporterOptions {
  /** One connection, with the runtime login. */
  readonly pool: PoolSettings
  /** Milliseconds until a silent connection is replaced. Default 2,000, because callers may be waiting. */
  readonly timeout?: number
}

/** Uses its own connection, so that the writer never waits for an import. */
export function createPostgresImporter({ pool, timeout = 2_000 }: PostgresImporterOptions): FallbackImporter {
  const { run, end } = createSelfReplacingConnection({
    connect: () => connect(pool, timeout),
    timeout,
    isResponse: (error) => error instanceof ImportRefused || error instanceof postgres.PostgresError,
  })
  return {
    importFile: (reader) =>
      run((sql, progress) => sql.begin((tx) => importEvents(tx, reader, progress))).catch(resultOf),
    async ping() {
      await run((sql) => sql`select 1`)
    },
    findLive: (streams) => run((sql) => findLive(sql, streams)),
    lastSeq: async (stream) => (await run((sql) => lastEvent(sql, stream))).seq,
    close: end,
  }
}

function connect(pool: PoolSettings, timeout: number): Sql {
  return openPool(pool, {
    idle_timeout: 60,
    connect_timeout: Math.ceil(timeout / 1_000),
    connection: { statement_timeout: timeout },
  })
}

async function findLive(sql: Sql, streams: readonly string[]): Promise<ReadonlySet<string>> {
  if (streams.length === 0) return new Set()
  const rows = await sql<{ id: string }[]>`
    select id from audit.streams
    where id in ${sql([...streams])} and adopted_by is null and closed_at is null and lease_until > now()`
  return new Set(rows.map(({ id }) => id))
}

/** Thrown to roll back the import. */
class ImportRefused extends Error {
  readonly different: boolean
  constructor(reason: string, { different }: { readonly different: boolean } = { different: false }) {
    super(reason)
    this.different = different
  }
}

function resultOf(error: unknown): ImportResult {
  if (error instanceof ImportRefused) return { kind: 'refused', reason: error.message, different: error.different }
  if (error instanceof postgres.PostgresError && error.code === lockNotAvailable) return { kind: 'busy' }
  if (error instanceof postgres.PostgresError && isWithoutPartition(error))
    return {
      kind: 'refused',
      reason: `the database has no partition for its month, which is too old or was dropped (${error.message})`,
      different: false,
    }
  throw error
}

const lockNotAvailable = '55P03'

/**
 * Whether the partition of the file's month does not exist and cannot be created, so that a retry would not help.
 * Errors of other constraints have a constraint name.
 */
function isWithoutPartition({ code, constraint_name: constraint }: postgres.PostgresError): boolean {
  return code === '22008' || (code === '23514' && constraint === undefined)
}

async function importEvents(
  tx: TransactionSql,
  { header, batches, end }: FileReader,
  progress: () => void,
): Promise<ImportResult> {
  if (header === null) throw new ImportRefused(end.kind === 'damaged' ? end.reason : 'it has no complete line')
  const { adopted_by: adoptedBy } = (await lockStream(tx, header)) ?? (await makeStream(tx, header))
  let last = await lastEvent(tx, header)
  const reader = batches()
  let inserted = 0
  for (;;) {
    progress()
    const batch = await reader.next()
    if (batch.done) {
      if (last.kind === 'stream.closed') await closeStream(tx, header.id)
      // The imported events can include calls without an outcome, so the stream's adopter must record those outcomes.
      // `accounted_at` is the time when every call had an outcome.
      if (inserted > 0) {
        await tx`update audit.streams set accounted_at = null where id = ${header.id} and adopted_by is not null`
        // No checkpoint lists a settled tree again, but the next checkpoint must sign the late events.
        await tx`update audit.trees set settled = false where stream = ${header.id} and settled`
      }
      return { kind: 'imported', header, inserted, last, adoptedBy, end: batch.value }
    }
    const present = batch.value.filter(({ position }) => position.seq <= last.seq)
    const missing = batch.value.slice(present.length)
    await expectSame(tx, header.id, present)
    const [first] = missing
    const newest = missing.at(-1)
    if (!first || !newest) continue
    expectFollows(first, last)
    await append(tx, header.id, missing, 'file')
    inserted += missing.length
    last = { seq: newest.position.seq, hash: newest.hash, kind: newest.column('kind') }
  }
}

async function lockStream(tx: TransactionSql, { id, month, host }: FileHeader) {
  const [row] = await tx<{ adopted_by: string | null; month: Date; host: string }[]>`
    select adopted_by, month, host from audit.streams where id = ${id} for update nowait`
  if (row && (row.month.getTime() !== month || row.host !== host))
    throw new ImportRefused('the log has its stream with another host or month')
  return row
}

/** Creates a stream that began while the database was unavailable, if the file has its first event. */
async function makeStream(tx: TransactionSql, header: FileHeader): Promise<{ adopted_by: string | null }> {
  if (header.seq !== 1) throw new ImportRefused('the log does not have its stream')
  await openStream(tx, { ...header, lease: 0, fallback: true })
  const row = await lockStream(tx, header)
  if (!row) throw new ImportRefused('its stream could not be created')
  return row
}

async function expectSame(tx: TransactionSql, stream: string, present: readonly RecordedEvent[]) {
  if (present.length === 0) return
  try {
    await assertSameEvents(tx, stream, present)
  } catch (error) {
    if (error instanceof StreamLost)
      throw new ImportRefused(`the log has different events instead of ${rangeText(present)}`, { different: true })
    throw error
  }
}

function rangeText(events: readonly RecordedEvent[]): string {
  return `its events ${events[0]?.position.seq} to ${events.at(-1)?.position.seq}`
}

function expectFollows({ position, prev }: RecordedEvent, last: LastEvent) {
  if (position.seq !== last.seq + 1)
    throw new ImportRefused(`the log has its stream up to event ${last.seq}, and the file begins with ${position.seq}`)
  if (!prev.equals(last.hash))
    throw new ImportRefused(`event ${position.seq} does not follow the last event in the log`, {
      different: true,
    })
  if (last.kind === 'stream.closed') throw new ImportRefused('its stream was closed', { different: true })
}

async function closeStream(tx: TransactionSql, stream: string) {
  await tx`update audit.streams set closed_at = coalesce(closed_at, now()) where id = ${stream} and adopted_by is null`
}
