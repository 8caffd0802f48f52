import { inArray, lt } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Transaction } from '../admin/change.ts'

/** Rows that are of no use after their end, and how one of them is named. */
export interface EndingRows {
  readonly table: PgTable
  readonly key: PgColumn
  readonly end: PgColumn
}

const batch = 100

/** A hundred at a time, and none that another transaction is forgetting: two that clean up at once don't wait for each other. */
export async function forgetEnded(tx: Transaction, { table, key, end }: EndingRows, before: Date): Promise<void> {
  const ended = tx.select({ key }).from(table).where(lt(end, before)).limit(batch).for('update', { skipLocked: true })
  await tx.delete(table).where(inArray(key, ended))
}
