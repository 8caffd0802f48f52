import { type Digest, proofFormat, type StreamHead } from '@rack-gateway/audit-proof'
import type { Sql } from 'postgres'
import { timeOfUuid } from '../events/uuid.ts'
import { type Checkpoint, readCheckpoint } from '../signed-notes/checkpoint.ts'
import { leafOf } from '../tree/hashing.ts'
import { createRangeRoots, inclusionRanges } from '../tree/proofs.ts'
import { keyChangesAfter, numberedNotes } from './database-log.ts'
import { membersOf } from './event-position.ts'
import type { EventProof } from './event-proof.ts'

export type ProofResult =
  | { readonly kind: 'proof'; readonly proof: EventProof }
  | { readonly kind: 'unknown' }
  /** No checkpoint signs the event yet. The next checkpoint signs it within a minute. */
  | { readonly kind: 'unsigned' }

interface EventToProve {
  readonly stream: string
  readonly seq: number
  readonly at: Date
  readonly canonical: string
  readonly prev: Buffer
}

const rowsAtOnce = 1_000

/** Proves that an event is in the log, by the first checkpoint that signs it. @param id UUID of the event */
export async function makeProof(sql: Sql, id: string): Promise<ProofResult> {
  const moment = timeOfUuid(id)
  if (moment === null) return { kind: 'unknown' }
  const [event] = await sql<EventToProve[]>`
    select stream, seq::float8 as seq, at, canonical, prev from audit.events
    where at = ${new Date(moment)} and id = ${id} order by stream, seq limit 1`
  if (event === undefined) return { kind: 'unknown' }
  const signed = await firstCheckpoint(sql, event)
  if (signed === null) return { kind: 'unsigned' }
  const line = Buffer.from(event.canonical)
  return {
    kind: 'proof',
    proof: {
      format: proofFormat,
      event: membersOf({ line, start: 0, end: line.length }) ?? {},
      prev: event.prev.toString('hex'),
      path: await pathOf(sql, event, signed.head.size),
      checkpoint: signed.checkpoint.written,
      keyChanges: await keyChangesAfter(sql, 0),
    },
  }
}

async function firstCheckpoint(
  sql: Sql,
  { stream, seq, at }: EventToProve,
): Promise<{ checkpoint: Checkpoint; head: StreamHead } | null> {
  // The clocks of gateway and database may differ.
  const [first] = await sql<{ number: number }[]>`
    select number::float8 as number from audit.checkpoints
    where at >= ${at}::timestamptz - interval '5 minutes' order by at, number limit 1`
  if (first === undefined) return null
  for await (const { note } of numberedNotes(sql, { first: first.number, last: null })) {
    const checkpoint = readCheckpoint(note)
    const head = checkpoint?.heads.find((one) => one.stream === stream && one.size >= seq)
    if (checkpoint && head) return { checkpoint, head }
  }
  return null
}

async function pathOf(sql: Sql, { stream, seq, at }: EventToProve, size: number): Promise<Digest[]> {
  const subtrees = createRangeRoots(inclusionRanges(seq - 1, size))
  for (let done = 0; done < size; ) {
    const rows = await sql<{ hash: string }[]>`
      select encode(hash, 'hex') as hash from audit.events
      where stream = ${stream} and seq > ${done} and seq <= ${size}
        and at >= date_trunc('month', ${at}::timestamptz at time zone 'UTC') at time zone 'UTC'
        and at < (date_trunc('month', ${at}::timestamptz at time zone 'UTC') + interval '1 month') at time zone 'UTC'
      order by seq limit ${rowsAtOnce}`
    for (const { hash } of rows) subtrees.append(leafOf(hash))
    if (rows.length === 0) break
    done += rows.length
  }
  return subtrees.roots()
}
