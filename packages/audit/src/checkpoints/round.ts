import type { Sql, TransactionSql } from 'postgres'
import type { Digest } from '../tree/hashing.ts'
import { createTree, foldPeaks, type Tree } from '../tree/tree.ts'
import type { StreamCheck } from '../verify/stream-check.ts'
import { type Checkpoint, noCheckpoint, readCheckpoint, type StreamHead, signCheckpoint } from './checkpoint.ts'
import { chooseKeys, type SigningKeys } from './key-choice.ts'
import { type BrokenStream, verifySegment } from './segment.ts'

export interface RoundOptions {
  readonly keys: SigningKeys
  /** Milliseconds since the last checkpoint; before that there is nothing to do. */
  readonly interval: number
}

export type RoundResult =
  /** Another replica is at it. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'early' }
  | { readonly kind: 'outdated'; readonly current: string }
  /** What somebody put in the place of the newest checkpoint isn't one. Nothing is signed over it. */
  | { readonly kind: 'unreadable'; readonly number: number }
  | {
      readonly kind: 'made'
      readonly checkpoint: Checkpoint
      /** Events that were read and verified for it. */
      readonly verified: number
      readonly broken: readonly BrokenStream[]
    }

/** Our locks in this database; `migrate` has the first. */
const lock = { space: 0x52475721, checkpoints: 2 }

/**
 * Makes the next checkpoint, if it is time and no other replica is making it: reads what each stream has grown by, verifies it, and
 * signs the trees. One transaction under a lock; nothing that records waits for it.
 */
export async function makeCheckpoint(sql: Sql, options: RoundOptions): Promise<RoundResult> {
  return sql.begin(async function makeUnderLock(tx): Promise<RoundResult> {
    const [locked] = await tx`select pg_try_advisory_xact_lock(${lock.space}::int, ${lock.checkpoints}::int) as ours`
    if (!locked?.ours) return { kind: 'busy' }
    const newest = await newestCheckpoint(tx)
    if ('unreadable' in newest) return { kind: 'unreadable', number: newest.unreadable }
    const { last, age, now } = newest
    if (age < options.interval) return { kind: 'early' }
    const known = await tx`select key from audit.checkpoints where number = 1 or replaces is not null`
    const choice = chooseKeys(options.keys, last?.key.text ?? null, new Set(known.map(({ key }) => key)))
    if (choice.kind === 'outdated') return choice
    const grown = await growStreams(tx, last)
    const written = signCheckpoint(
      {
        number: (last?.number ?? 0) + 1,
        at: now.toISOString(),
        previous: last?.hash ?? noCheckpoint,
        heads: grown.map(({ head }) => head),
      },
      choice.keys,
    )
    const checkpoint = readCheckpoint(written)
    if (checkpoint === null) throw new Error('the checkpoint that was made can not be read')
    await insertCheckpoint(tx, checkpoint)
    await keepTrees(tx, grown)
    return {
      kind: 'made',
      checkpoint,
      verified: grown.reduce((sum, { verified }) => sum + verified, 0),
      broken: grown.flatMap(({ broken }) => broken ?? []),
    }
  })
}

type Newest =
  | { readonly last: Checkpoint | null; readonly age: number; readonly now: Date }
  | { readonly unreadable: number }

/** The newest checkpoint, the milliseconds since, and what time it is, all by the database's clock. */
async function newestCheckpoint(tx: TransactionSql): Promise<Newest> {
  const [row] = await tx`
    select number::float8 as number, note, clock_timestamp() as now,
      extract(epoch from clock_timestamp() - at)::float8 * 1000 as age
    from (select 1) as one
    left join lateral (select number, note, at from audit.checkpoints order by number desc limit 1) as last on true`
  if (row?.note == null) return { last: null, age: Number.POSITIVE_INFINITY, now: row?.now }
  const last = readCheckpoint(row.note)
  return last?.number === row.number ? { last, age: row.age, now: row.now } : { unreadable: row.number }
}

interface Candidate {
  readonly id: string
  readonly month: Date
  readonly abandoned: boolean
  /** Whether its month is so long over that nothing will be added to it. */
  readonly old: boolean
  readonly size: number | null
  readonly peaks: Buffer | null
}

interface GrownStream {
  readonly head: StreamHead
  readonly tree: Pick<Tree, 'size' | 'peaks'>
  readonly settled: boolean
  readonly verified: number
  readonly broken: BrokenStream | null
}

async function growStreams(tx: TransactionSql, last: Checkpoint | null): Promise<GrownStream[]> {
  const candidates = await tx<Candidate[]>`
    select s.id, s.month, s.adopted_by is not null as abandoned, t.size::float8 as size, t.peaks,
      s.month < date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - interval '1 month' as old
    from audit.streams s left join audit.trees t on t.stream = s.id
    where t.settled is not true order by s.id`
  const signed = new Map(last?.heads.map((head) => [head.stream, head]))
  const grown: GrownStream[] = []
  for (const candidate of candidates) {
    const stream = await growStream(tx, candidate, signed.get(candidate.id) ?? null)
    if (stream !== null) grown.push(stream)
  }
  return grown
}

async function growStream(
  tx: TransactionSql,
  candidate: Candidate,
  signed: StreamHead | null,
): Promise<GrownStream | null> {
  const kept = keptTree(candidate, signed)
  const { check, verified, broken } = await verifySegment(tx, candidate, { kept, signed })
  // A stream that was announced, but whose first event isn't there yet.
  if (check.size === 0 && signed === null && broken === null) return null
  const good =
    broken === null ? { size: check.size, root: check.tree.root(), tree: check.tree } : lastGood(signed, kept)
  const state = broken === null ? stateOf(candidate, check) : 'broken'
  return {
    head: { stream: candidate.id, size: good.size, root: good.root, state },
    tree: good.tree,
    settled: state === 'closed' || (state === 'abandoned' && candidate.old),
    verified,
    broken,
  }
}

function stateOf({ abandoned, old }: Candidate, { closed }: StreamCheck): StreamHead['state'] {
  if (closed) return 'closed'
  return abandoned || old ? 'abandoned' : 'open'
}

/** The tree that was kept, if it is the one that was signed; else it is made again from the first event on. */
function keptTree({ size, peaks }: Candidate, signed: StreamHead | null): Pick<Tree, 'size' | 'peaks'> | null {
  if (size === null || peaks === null || signed === null || signed.size !== size) return null
  const digests: Digest[] = []
  for (let at = 0; at < peaks.length; at += 32) digests.push(peaks.toString('hex', at, at + 32))
  return foldPeaks(digests) === signed.root ? { size, peaks: digests } : null
}

function lastGood(signed: StreamHead | null, kept: Pick<Tree, 'size' | 'peaks'> | null) {
  const none = createTree()
  if (signed === null) return { size: 0, root: none.root(), tree: none }
  return { size: signed.size, root: signed.root, tree: kept ?? none }
}

async function insertCheckpoint(tx: TransactionSql, { number, at, hash, key, replaces, written }: Checkpoint) {
  await tx`
    insert into audit.checkpoints (number, at, hash, key, replaces, note)
    values (${number}, ${at}, ${Buffer.from(hash, 'hex')}, ${key.text}, ${replaces?.text ?? null}, ${written})`
}

async function keepTrees(tx: TransactionSql, grown: readonly GrownStream[]): Promise<void> {
  for (const { head, tree, settled } of grown) {
    const peaks = Buffer.from(tree.peaks.join(''), 'hex')
    await tx`
      insert into audit.trees (stream, size, peaks, settled) values (${head.stream}, ${tree.size}, ${peaks}, ${settled})
      on conflict (stream) do update set size = excluded.size, peaks = excluded.peaks, settled = excluded.settled`
  }
}
