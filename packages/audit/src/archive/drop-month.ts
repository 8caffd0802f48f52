import { setTimeout as wait } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { ArchiveRefused } from '../errors/errors.ts'
import type { Manifest } from '../signed-notes/manifest.ts'

const attempts = 5
/** Milliseconds. */
const pause = 2_000

/**
 * Drops the partition of an archived month if it still has exactly the archived events. Writers wait while the
 * statement waits for its lock, so the statement gives up after a second and is retried.
 *
 * @throws ArchiveRefused if the partition has changed, or the lock was never free; then nothing was dropped
 */
export async function dropMonth(sql: Sql, { month, hash, events, digest }: Manifest): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sql`select audit.drop_archived_month(${`${month}-01`}::date, ${Buffer.from(hash, 'hex')}, ${events}, ${Buffer.from(digest, 'hex')})`
      return
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null
      if (code === dataException)
        throw new ArchiveRefused(
          `The partition of ${month} changed after it was archived, so it was not dropped.`,
          'Find out who changed it.',
        )
      if (code !== lockNotAvailable) throw error
      if (attempt === attempts)
        throw new ArchiveRefused(
          `${month} could not be dropped, because other connections read the log all the time.`,
          'Run the command again later.',
        )
      await wait(pause)
    }
  }
}

const dataException = '22000'
const lockNotAvailable = '55P03'
