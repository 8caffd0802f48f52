import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readCheckpoint } from '@rack-gateway/audit/checkpoints'
import { type DatabaseLog, databaseLog, makeProof, type ProofResult } from '@rack-gateway/audit/verify'
import type { Sql } from 'postgres'
import { AuditLogBusy } from '../errors.ts'

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
  /** Oldest first. */
  keys(): Promise<SignedBy[]>
  /** All checkpoints, the archives that were made, then all events that are here, a line of JSON each. @throws AuditLogBusy */
  read(): Readable
  prove(id: string): Promise<ProofResult>
}

/** @param mostReaders at once: each holds a connection and a snapshot for as long as it reads */
export function createAuditEvidence(sql: Sql, mostReaders: number): AuditEvidence {
  let readers = 0

  async function within<T>(work: () => Promise<T>): Promise<T> {
    if (readers >= mostReaders) throw new AuditLogBusy(busy)
    readers++
    try {
      return await work()
    } finally {
      readers--
    }
  }

  return {
    async keys() {
      const rows = await within(
        () => sql`select note from audit.checkpoints where number = 1 or replaces is not null order by number`,
      )
      return rows.flatMap(({ note }) => {
        const checkpoint = readCheckpoint(note)
        if (checkpoint === null) return []
        const { key, number, at, replaces } = checkpoint
        const vouched = replaces !== null && checkpoint.note.signatures.some(({ id }) => id === replaces.id)
        return [{ key: key.text, from: number, at, replaces: replaces?.text ?? null, vouched }]
      })
    },
    read() {
      if (readers >= mostReaders) throw new AuditLogBusy(busy)
      const output = new PassThrough()
      // Whoever hangs up ends the reading; what fails here breaks the answer off, which so has no end.
      void within(() => pipeline(linesOf(databaseLog(sql)), output)).catch((error: Error) => output.destroy(error))
      return output
    },
    prove: (id) => within(() => makeProof(sql, id)),
  }
}

const busy = 'The audit log is being read by as many as may read it at once: ask again when one of them is done'

async function* linesOf(log: DatabaseLog): AsyncGenerator<string> {
  for await (const checkpoint of log.checkpoints()) yield `${JSON.stringify({ checkpoint })}\n`
  for (const archive of await log.archives()) yield `${JSON.stringify({ archive })}\n`
  for await (const lines of log.lines()) yield `${lines.join('\n')}\n`
}
