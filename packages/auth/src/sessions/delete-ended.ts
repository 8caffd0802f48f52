import { inArray, lt } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Transaction } from '../transactions/change.ts'

/** A table whose rows can be deleted after their end. */
export interface EndingRows {
  readonly table: PgTable
  readonly key: PgColumn
  readonly end: PgColumn
}

const batch = 100

/** Deletes up to a hundred rows and skips locked ones, so that two concurrent cleanups don't wait for each other. */
export async function deleteEnded(tx: Transaction, { table, key, end }: EndingRows, before: Date): Promise<void> {
  const ended = tx.select({ key }).from(table).where(lt(end, before)).limit(batch).for('update', { skipLocked: true })
  await tx.delete(table).where(inArray(key, ended))
}
