import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ConcurrencyLimit, readCheckpoint } from '@rack-gateway/audit'
import { type DatabaseLog, databaseLog, makeProof, type ProofResult } from '@rack-gateway/audit/verify'
import type { Sql } from 'postgres'
import { ignoreStreamErrors } from '../http/ignore-stream-errors.ts'
import { onConsume } from '../http/on-consume.ts'
import { memoizeFor } from '../rate-limits/memoize-for.ts'

export interface SigningKey {
  readonly key: string
  /** The number of the first checkpoint that the key signed. */
  readonly from: number
  /** The time of that checkpoint. */
  readonly at: string
  /** The previous key; null for the first key. */
  readonly replaces: string | null
  /** Whether the previous key also signed that checkpoint. */
  readonly vouched: boolean
}

/** What verifies the audit log: the keys, the whole log, and proofs of single events. */
export interface VerifiableLog {
  /** All keys, oldest first. Reads the database at most once a second. */
  keys(): Promise<SigningKey[]>
  /**
   * All checkpoints, then all archives, then all events in the database, as one JSON value per line.
   *
   * @param caller the principal whose limit of concurrent reads applies
   * @param onRead called each time the consumer asks for more
   * @throws SearchBusy
   */
  read(caller: string, onRead: () => void): Readable
  /** @throws SearchBusy */
  prove(caller: string, id: string): Promise<ProofResult>
}

/** Each reader of the log and each proof uses a connection. */
export interface VerifiableLogLimits {
  readonly logReadings: ConcurrencyLimit
  readonly proofs: ConcurrencyLimit
}

export function createVerifiableLog(sql: Sql, { logReadings, proofs }: VerifiableLogLimits): VerifiableLog {
  return {
    keys: memoizeFor(
      keysMaxAge,
      () => performance.now(),
      () => readKeys(sql),
    ),
    read(caller, onRead) {
      const release = logReadings.acquire(caller)
      const output = new PassThrough()
      ignoreStreamErrors(output)
      // A failure destroys the output, so the client sees an incomplete response.
      void pipeline(onConsume(logLines(databaseLog(sql)), onRead), output)
        .catch((error: Error) => output.destroy(error))
        .finally(release)
      return output
    },
    async prove(caller, id) {
      const release = proofs.acquire(caller)
      try {
        return await makeProof(sql, id)
      } finally {
        release()
      }
    },
  }
}

/** Milliseconds. Limits unauthenticated requests to one query per second. */
const keysMaxAge = 1_000

async function readKeys(sql: Sql): Promise<SigningKey[]> {
  const rows = await sql`select note from audit.checkpoints where number = 1 or replaces is not null order by number`
  return rows.flatMap(({ note }) => {
    const checkpoint = readCheckpoint(note)
    if (checkpoint === null) return []
    const { key, number, at, replaces } = checkpoint
    const vouched = replaces !== null && checkpoint.note.signatures.some(({ id }) => id === replaces.id)
    return [{ key: key.text, from: number, at, replaces: replaces?.text ?? null, vouched }]
  })
}

async function* logLines(log: DatabaseLog): AsyncGenerator<string> {
  for await (const checkpoint of log.checkpoints()) yield `${JSON.stringify({ checkpoint })}\n`
  for (const archive of await log.archives()) yield `${JSON.stringify({ archive })}\n`
  for await (const lines of log.lines()) yield `${lines.join('\n')}\n`
}
