import type { StreamHead } from '@rack-gateway/audit-proof'
import { locks } from '@rack-gateway/database'
import type { Sql, TransactionSql } from 'postgres'
import { RestoreRefused } from '../errors/errors.ts'
import { type Checkpoint, readCheckpoint, signCheckpoint } from '../signed-notes/checkpoint.ts'
import type { SigningKeys } from '../signed-notes/choose-keys.ts'
import type { SigningKey } from '../signed-notes/signing-key.ts'
import { createCheckpointChain } from '../verify/checkpoint-chain.ts'
import { describeFinding } from '../verify/finding-sentence.ts'
import { readLastCheckpoint } from './make-checkpoint.ts'
import { storeCheckpoint } from './store-checkpoint.ts'
import { type VerifiedStream, verifyStreams } from './verify-streams.ts'

/** What a log that was restored from a backup lacks. */
export interface LogGap {
  /** Number of the backup's last checkpoint; 0 if it has none. */
  readonly from: number
  /** Number of the first missing checkpoint. */
  readonly first: number
  /** Number and time of the last checkpoint that has a copy. */
  readonly last: number
  readonly lastAt: string
  /** Missing events that the missing checkpoints sign, and the streams that lack some. */
  readonly events: number
  readonly streams: number
  /** Number of the checkpoint that will sign the event `log.restored`. */
  readonly checkpoint: number
}

export interface RestoreLogOptions {
  readonly keys: SigningKeys
  /** External copies of checkpoints, in order of their numbers. */
  readonly copies: AsyncIterable<string>
  /** Records the event `log.restored` in a stream of its own, and closes the stream. @returns the event's position */
  readonly record: (gap: LogGap) => Promise<{ readonly stream: string; readonly seq: number }>
}

/**
 * Continues a log that was restored from a backup. Stores the missing checkpoints from their copies, so that later
 * checkpoints get other numbers. Then signs a checkpoint that says from where the log continues. Call it before a
 * gateway makes a checkpoint.
 *
 * @param sql one connection, which holds the lock
 * @throws RestoreRefused if no checkpoint is missing, or if the copies or the events do not continue the log's last
 *   checkpoint. Then nothing was recorded
 */
export async function restoreLog(sql: Sql, options: RestoreLogOptions): Promise<LogGap> {
  const [locked] = await sql`select pg_try_advisory_lock(${locks.space}::int, ${locks.checkpoints}::int) as ours`
  if (!locked?.ours)
    throw new RestoreRefused(
      'A gateway is making a checkpoint, so nothing was recorded.',
      'Stop every gateway process, restore the backup again, and run this command before you start one.',
    )
  try {
    return await restoreWhileLocked(sql, options)
  } finally {
    await sql`select pg_advisory_unlock(${locks.space}::int, ${locks.checkpoints}::int)`.catch(() => {})
  }
}

async function restoreWhileLocked(sql: Sql, { keys, copies, record }: RestoreLogOptions): Promise<LogGap> {
  const last = await lastCheckpoint(sql)
  const { missing, newest, signed } = await readMissing(last, copies)
  const key = signerOf(newest, keys)
  const gap = {
    from: last?.number ?? 0,
    first: (last?.number ?? 0) + 1,
    last: newest.number,
    lastAt: newest.at,
    ...lossOf(signed, await verifiedStreams(sql, last)),
    checkpoint: newest.number + 1,
  }
  const { stream, seq } = await record(gap)
  const streams = await verifiedStreams(sql, last)
  const [clock] = await sql<{ now: Date }[]>`select clock_timestamp() as now`
  const written = signCheckpoint(
    {
      number: gap.checkpoint,
      at: (clock?.now ?? new Date()).toISOString(),
      previous: newest.hash,
      restored: { from: gap.from, stream, seq },
      heads: streams.map(({ head }) => head),
    },
    { current: key, replaces: null, previous: null },
  )
  const checkpoint = readCheckpoint(written)
  if (checkpoint === null) throw new Error('the checkpoint that was made cannot be read')
  await sql.begin(async function storeAll(tx) {
    for (let start = 0; start < missing.length; start += copiesAtOnce)
      await storeCopies(tx, missing.slice(start, start + copiesAtOnce))
    if (!(await storeCheckpoint(tx, checkpoint, streams)))
      throw new Error(`the log already has a checkpoint ${checkpoint.number}`)
  })
  return gap
}

async function lastCheckpoint(sql: Sql): Promise<Checkpoint | null> {
  const newest = await readLastCheckpoint(sql)
  if ('unreadable' in newest)
    throw new RestoreRefused(
      `Checkpoint ${newest.unreadable} of the log cannot be read, so nothing was recorded.`,
      'Restore another backup.',
    )
  return newest.last
}

interface MissingCheckpoints {
  /** The notes, in order of their numbers. */
  readonly missing: readonly string[]
  readonly newest: Checkpoint
  /** The number of events that the missing checkpoints sign, by stream. */
  readonly signed: ReadonlyMap<string, number>
}

/** Verifies the copies of later checkpoints. Their links to the log's last checkpoint also cover the earlier copies. */
async function readMissing(last: Checkpoint | null, copies: AsyncIterable<string>): Promise<MissingCheckpoints> {
  const chain = createCheckpointChain()
  if (last !== null) chain.add(last.written)
  const missing: string[] = []
  const signed = new Map<string, number>()
  let newestCopy = 0
  for await (const note of copies) {
    newestCopy = Math.max(newestCopy, readCheckpoint(note)?.number ?? 0)
    if (newestCopy <= (last?.number ?? 0)) continue
    const { checkpoint, findings } = chain.add(note)
    // A gateway that found a broken stream signed this finding. Every verification of the log reports it.
    const finding = findings.find(({ problem }) => problem !== 'broken')
    if (finding || checkpoint === null)
      throw new RestoreRefused(
        `The copies do not continue checkpoint ${last?.number ?? 0}, which is the last one in the log: ${finding ? describeFinding(finding) : 'a copy cannot be read'}. Nothing was recorded.`,
        'If a gateway was started after the restore, restore the backup again and run this command first. Otherwise find out who changed the copies.',
      )
    missing.push(note)
    for (const { stream, size } of checkpoint.heads) signed.set(stream, size)
  }
  const newest = chain.last
  if (missing.length === 0 || newest === null)
    throw new RestoreRefused(
      `The log has all checkpoints that have a copy, so nothing was recorded. The newest copy is checkpoint ${newestCopy}, and the newest checkpoint in the log is ${last?.number ?? 0}.`,
      'If there are other copies, name their directory with --checkpoints. Otherwise start the gateway.',
    )
  return { missing, newest, signed }
}

function signerOf({ key }: Checkpoint, keys: SigningKeys): SigningKey {
  const signer = keys.find(({ publicKey }) => publicKey.text === key.text)
  if (signer === undefined)
    throw new RestoreRefused(
      `This process does not have the key that signed the newest copy (${key.text}), so nothing was recorded.`,
      'Set APP_SECRET_KEY and AUDIT_SIGNING_KEY as they were for the gateway.',
    )
  return signer
}

/** @throws RestoreRefused if the restored events differ from those that the checkpoint signs */
async function verifiedStreams(sql: Sql, last: Checkpoint | null): Promise<VerifiedStream[]> {
  const streams = await verifyStreams(sql, last?.heads ?? [])
  const broken = streams.find((one) => one.broken !== null)?.broken
  const absent = absentStream(last?.heads ?? [], streams)
  if (broken || absent)
    throw new RestoreRefused(
      broken
        ? `The backup differs from its own checkpoint ${last?.number}: stream ${broken.stream} was changed at event ${broken.seq} (${broken.problem}). Nothing was recorded.`
        : `The backup differs from its own checkpoint ${last?.number}: stream ${absent} is missing. Nothing was recorded.`,
      'Restore another backup, or find out who changed this one.',
    )
  return streams
}

/** An open stream that a checkpoint signs stays in every later checkpoint. */
function absentStream(signed: readonly StreamHead[], streams: readonly VerifiedStream[]): string | undefined {
  const present = new Set(streams.map(({ head }) => head.stream))
  return signed.find(({ stream, state, size }) => state === 'open' && size > 0 && !present.has(stream))?.stream
}

function lossOf(signed: ReadonlyMap<string, number>, streams: readonly VerifiedStream[]) {
  const sizes = new Map(streams.map(({ head }) => [head.stream, head.size]))
  const losses = [...signed].map(([stream, size]) => size - (sizes.get(stream) ?? 0)).filter((loss) => loss > 0)
  return { events: losses.reduce((sum, loss) => sum + loss, 0), streams: losses.length }
}

const copiesAtOnce = 500

async function storeCopies(tx: TransactionSql, notes: readonly string[]): Promise<void> {
  const rows = notes.flatMap((note) => readCheckpoint(note) ?? [])
  const values = rows.map(({ number, at, hash, key, replaces, written }) => ({
    number,
    at,
    hash,
    key: key.text,
    replaces: replaces?.text ?? null,
    note: written,
  }))
  await tx`
    insert into audit.checkpoints (number, at, hash, key, replaces, note)
    select number, at, decode(hash, 'hex'), key, replaces, note
    from json_to_recordset(${JSON.stringify(values)}::text::json)
      as t (number bigint, at timestamptz, hash text, key text, replaces text, note text)`
}
