import type { StreamHead } from '@rack-gateway/audit-proof'
import { locks } from '@rack-gateway/database'
import type { Sql } from 'postgres'
import { type Checkpoint, noCheckpoint, readCheckpoint, signCheckpoint } from '../signed-notes/checkpoint.ts'
import { chooseKeys, type SigningKeys } from '../signed-notes/choose-keys.ts'
import { storeCheckpoint } from './store-checkpoint.ts'
import type { BrokenStream } from './verify-segment.ts'
import type { VerifiedStream } from './verify-streams.ts'

export interface MakeCheckpointOptions {
  readonly keys: SigningKeys
  /** Verifies the events of all streams since the signed heads. */
  readonly verify: (signed: readonly StreamHead[]) => Promise<readonly VerifiedStream[]>
  /** Minimum milliseconds since the last checkpoint. */
  readonly interval: number
  /**
   * The number of the newest checkpoint if, by the caller's clock, the next checkpoint is due; otherwise null. If this
   * number is still the newest one, the next checkpoint is made, whatever the database's clock says.
   */
  readonly newestNumberIfOverdue?: number | null
  /**
   * `at`: the column `at` differs from the signed time. `future`: the signed time is in the future, so the next
   * checkpoint is due at once.
   */
  readonly onTimeProblem?: (problem: 'at' | 'future', number: number) => void
}

export type MakeCheckpointResult =
  /** Another replica is making the next checkpoint, or has just stored a checkpoint with the same number. */
  | { readonly kind: 'busy' }
  /** The next checkpoint is not due yet. */
  | { readonly kind: 'early' }
  /** The log's current key is newer than the keys of this process. */
  | { readonly kind: 'outdated'; readonly current: string }
  /** The newest row is not a valid checkpoint. Nothing is signed after it. */
  | { readonly kind: 'unreadable'; readonly number: number }
  | {
      readonly kind: 'made'
      readonly checkpoint: Checkpoint
      /** The number of events that were verified. */
      readonly verified: number
      readonly broken: readonly BrokenStream[]
    }

/**
 * Makes the next checkpoint if it is due, unless another replica is making it: verifies the new events of each stream,
 * and signs the trees. Audit writers never wait for a checkpoint.
 *
 * The lock only saves work, because the primary key ensures one checkpoint per number. No transaction stays open: if
 * the connection of an open transaction broke, the driver would end the process.
 *
 * @param sql one connection, which holds the lock
 */
export async function makeCheckpoint(sql: Sql, options: MakeCheckpointOptions): Promise<MakeCheckpointResult> {
  const newest = await readLastCheckpoint(sql)
  if ('unreadable' in newest) return { kind: 'unreadable', number: newest.unreadable }
  if (newest.timeProblem !== null) options.onTimeProblem?.(newest.timeProblem, newest.last?.number ?? 0)
  if (isEarly(newest, options)) return { kind: 'early' }
  const [locked] = await sql`select pg_try_advisory_lock(${locks.space}::int, ${locks.checkpoints}::int) as ours`
  if (!locked?.ours) return { kind: 'busy' }
  try {
    return await makeWhileLocked(sql, options)
  } finally {
    await sql`select pg_advisory_unlock(${locks.space}::int, ${locks.checkpoints}::int)`.catch(() => {})
  }
}

/** A manipulated clock or `at` column must not delay the next checkpoint forever. */
function isEarly(
  { last, age, timeProblem }: LastCheckpoint,
  { interval, newestNumberIfOverdue = null }: MakeCheckpointOptions,
): boolean {
  if (last === null || last.number === newestNumberIfOverdue || timeProblem === 'future') return false
  return age < interval
}

async function makeWhileLocked(sql: Sql, options: MakeCheckpointOptions): Promise<MakeCheckpointResult> {
  // Another replica may have made a checkpoint before this process got the lock.
  const newest = await readLastCheckpoint(sql)
  if ('unreadable' in newest) return { kind: 'unreadable', number: newest.unreadable }
  if (isEarly(newest, options)) return { kind: 'early' }
  const { last, now } = newest
  const { keys } = options
  const usedKeys = await sql`select key from audit.checkpoints where number = 1 or replaces is not null`
  const choice = chooseKeys(keys, last?.key.text ?? null, new Set(usedKeys.map(({ key }) => key)))
  if (choice.kind === 'outdated') return choice
  const streams = await options.verify(last?.heads ?? [])
  const written = signCheckpoint(
    {
      number: (last?.number ?? 0) + 1,
      at: now.toISOString(),
      previous: last?.hash ?? noCheckpoint,
      heads: streams.map(({ head }) => head),
    },
    choice.keys,
  )
  const checkpoint = readCheckpoint(written)
  if (checkpoint === null) throw new Error('the checkpoint that was made cannot be read')
  if (!(await storeCheckpoint(sql, checkpoint, streams))) return { kind: 'busy' }
  return {
    kind: 'made',
    checkpoint,
    verified: streams.reduce((sum, { verified }) => sum + verified, 0),
    broken: streams.flatMap(({ broken }) => broken ?? []),
  }
}

export interface LastCheckpoint {
  readonly last: Checkpoint | null
  /** Milliseconds since the signed time. */
  readonly age: number
  readonly now: Date
  readonly timeProblem: 'at' | 'future' | null
}

export async function readLastCheckpoint(sql: Sql): Promise<LastCheckpoint | { readonly unreadable: number }> {
  const [row] = await sql`
    select number::float8 as number, note, clock_timestamp() as now, at
    from (select 1) as one
    left join lateral (select number, note, at from audit.checkpoints order by number desc limit 1) as last on true`
  if (row?.note == null) return { last: null, age: Number.POSITIVE_INFINITY, now: row?.now, timeProblem: null }
  const last = readCheckpoint(row.note)
  if (last === null || last.number !== row.number) return { unreadable: row.number }
  const signedAt = Date.parse(last.at)
  const age = row.now.getTime() - signedAt
  return { last, age, now: row.now, timeProblem: timeProblemOf(age, signedAt, row.at) }
}

function timeProblemOf(age: number, signedAt: number, column: unknown): LastCheckpoint['timeProblem'] {
  if (age < 0) return 'future'
  return column instanceof Date && column.getTime() === signedAt ? null : 'at'
}
