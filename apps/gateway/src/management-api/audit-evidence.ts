import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readCheckpoint } from '@rack-gateway/audit/checkpoints'
import { createSlots } from '@rack-gateway/audit/search'
import { type DatabaseLog, databaseLog, makeProof, type ProofResult } from '@rack-gateway/audit/verify'
import type { Sql } from 'postgres'
import { ignoreStreamErrors } from '../http/ignore-stream-errors.ts'
import { oncePer } from '../rate-limits/memoize-for.ts'
import { takenBy } from './on-consume.ts'

export interface SignedBy {
  readonly key: string
  /** The first checkpoint that it has signed, and when that was. */
  readonly from: number
  readonly at: string
  /** The key before, and whether that one has signed the change. */
  readonly replaces: string | null
  readonly vouched: boolean
}

/** What whoever verifies the audit log asks for. */
export interface AuditEvidence {
  /** Oldest first; as they were a second ago at most. */
  keys(): Promise<SignedBy[]>
  /**
   * All checkpoints, the archives that were made, then all events that are here, a line of JSON each.
   *
   * @param onTaken told each time that more is wanted
   * @throws SearchBusy
   */
  read(onTaken: () => void): Readable
  /** @throws SearchBusy */
  prove(id: string): Promise<ProofResult>
}

/** Connections that `createAuditEvidence` can use at once: one more is for the keys, which anybody may ask for. */
export const evidenceConnections = (most: number): number => 2 * most + 1

/** @param most that read the log at once, and as many that are given proofs: each keeps a connection busy */
export function createAuditEvidence(sql: Sql, most: number): AuditEvidence {
  const readers = createSlots(most, 'readings of the whole audit log')
  const provers = createSlots(most, 'proofs')
  return {
    keys: oncePer(
      briefly,
      () => performance.now(),
      () => keysOf(sql),
    ),
    read(onTaken) {
      const giveBack = readers.take()
      const output = new PassThrough()
      ignoreStreamErrors(output)
      // Whoever hangs up ends the reading; what fails here breaks the answer off, which so has no end.
      void pipeline(takenBy(linesOf(databaseLog(sql)), onTaken), output)
        .catch((error: Error) => output.destroy(error))
        .finally(giveBack)
      return output
    },
    async prove(id) {
      const giveBack = provers.take()
      try {
        return await makeProof(sql, id)
      } finally {
        giveBack()
      }
    },
  }
}

/** Milliseconds in which strangers, however many, cost one query. */
const briefly = 1_000

async function keysOf(sql: Sql): Promise<SignedBy[]> {
  const rows = await sql`select note from audit.checkpoints where number = 1 or replaces is not null order by number`
  return rows.flatMap(({ note }) => {
    const checkpoint = readCheckpoint(note)
    if (checkpoint === null) return []
    const { key, number, at, replaces } = checkpoint
    const vouched = replaces !== null && checkpoint.note.signatures.some(({ id }) => id === replaces.id)
    return [{ key: key.text, from: number, at, replaces: replaces?.text ?? null, vouched }]
  })
}

async function* linesOf(log: DatabaseLog): AsyncGenerator<string> {
  for await (const checkpoint of log.checkpoints()) yield `${JSON.stringify({ checkpoint })}\n`
  for (const archive of await log.archives()) yield `${JSON.stringify({ archive })}\n`
  for await (const lines of log.lines()) yield `${lines.join('\n')}\n`
}
