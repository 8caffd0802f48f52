import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { deriveKey } from '@rack-gateway/auth/secret'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { createRecordings } from '@rack-gateway/recordings'
import type { Sql } from 'postgres'

export interface SeededRecording {
  readonly id: string
  /** Bytes of output. */
  readonly bytes: number
}

/** Milliseconds between two lines. */
const pace = 100
/** The maximum number of bytes that wait for the store. */
const maxWaiting = 1024 * 1024

/**
 * Stores a session that printed ten long, colored lines a second, as the gateway would have recorded it.
 *
 * @param duration milliseconds
 */
export async function seedRecording(dataDir: string, sql: Sql, duration: number): Promise<SeededRecording> {
  const store = await openObjectStore(readObjectStoreAddress(join(dataDir, 'recordings')))
  const secret = Buffer.from((await readFile(join(dataDir, 'secret-key'), 'utf8')).trim())
  let elapsed = 0
  const recordings = createRecordings({
    store,
    deriveKeys: (purpose) => [deriveKey(secret, purpose)],
    elapsed: () => elapsed,
    onError(error) {
      throw error
    },
  })
  const id = randomUUID()
  const startedAt = new Date(Date.now() - duration)
  const header = { cols: 120, rows: 40, startedAt: startedAt.getTime(), command: 'rake reindex', title: 'exec web-1' }
  const recording = await recordings.begin({ id, header, mode: 'strict', secrets: null, onGap() {} })
  let bytes = 0
  for (; elapsed < duration; elapsed += pace) {
    const piece = Buffer.from(lineAt(elapsed / pace))
    bytes += piece.length
    recording.write('o', piece, true)
    while (recordings.stats().waitingBytes > maxWaiting) await setTimeout(1)
  }
  const { chunks, head, lost } = recording.finish('ended')
  await recordings.close()
  if (lost !== 0) throw new Error(`the store was too slow for ${lost} bytes`)
  await sql`
    insert into gateway.recordings (id, started_at, ended_at, stream, opened, mode, principal, principal_name, rack, app,
      process, route, command, chunks, bytes, head, lost)
    values (${id}, ${startedAt}, ${new Date(startedAt.getTime() + duration)}, ${randomUUID()}, ${randomUUID()}, 'strict', 'bench',
      'bench', 'staging', 'myapp', 'web-1', 'WS /apps/{app}/processes/{pid}/exec', 'rake reindex', ${chunks}, ${bytes},
      ${head}, 0)`
  return { id, bytes }
}

/** A line of 100 colored numbers, which fills four or five rows of the terminal. */
function lineAt(number: number): string {
  const words = Array.from(
    { length: 100 },
    (_, at) => `\u001b[3${(number + at) % 8}m${(number * 31 + at) % 9973}\u001b[0m`,
  )
  return `line ${number + 1} ${words.join(' ')}\r\n`
}
