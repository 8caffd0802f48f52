import { eq, type InferSelectModel } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { noSuchItem } from '../errors/errors.ts'
import type { Change } from './change.ts'
import { checkId } from './names.ts'

/** Locks the row of an item until the change is committed. @param noun as for `checkId` @throws NotFound */
export async function lockItem<T extends PgTable & { readonly id: PgColumn }>(
  { tx }: Change,
  table: T,
  noun: string,
  id: string,
): Promise<InferSelectModel<T>> {
  const [item] = await tx
    .select()
    .from<PgTable>(table)
    .where(eq(table.id, checkId(noun, id)))
    .for('update')
  if (!item) throw noSuchItem(noun)
  return item as InferSelectModel<T>
}
