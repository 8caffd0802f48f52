import { and, desc, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { InvalidCursor, noSuchItem } from '../errors/errors.ts'

/** A page continues where the previous one ended, even if items were added or removed in between. */
export interface PageRequest {
  readonly limit: number
  /** `next` of the previous page. Default: start with the first item of the list. */
  readonly cursor?: string
}

export interface Page<T> {
  readonly items: readonly T[]
  /** The cursor of the next page; null on the last page. */
  readonly next: string | null
}

interface Ordered {
  readonly id: PgColumn
  readonly createdAt: PgColumn
}

/** The creation time in microseconds since the epoch. */
export function positionOf({ createdAt }: Ordered): SQL<string> {
  return sql<string>`(extract(epoch from ${createdAt}) * 1000000)::bigint::text`
}

/** A query of drizzle (`$dynamic()`). It must select `positionOf` its table as `position`. */
interface PageableQuery<R> extends PromiseLike<readonly R[]> {
  where(condition: SQL | undefined): PageableQuery<R>
  orderBy(...columns: readonly SQL[]): PageableQuery<R>
  limit(rows: number): PageableQuery<R>
}

/** Reads a page, newest first. @throws InvalidCursor */
export async function readPage<R extends { readonly id: string; readonly position: string }>(
  query: PageableQuery<R>,
  table: Ordered,
  { limit, cursor }: PageRequest,
  filter?: SQL,
): Promise<Page<Omit<R, 'position'>>> {
  const rows = await query
    .where(and(filter, cursor === undefined ? undefined : afterCursor(table, cursor)))
    .orderBy(desc(table.createdAt), desc(table.id))
    .limit(limit + 1)
  const last = rows[limit - 1]
  const next = rows.length > limit && last ? Buffer.from(`${last.position}.${last.id}`).toString('base64url') : null
  return { items: rows.slice(0, limit).map(({ position: _, ...row }) => row), next }
}

function afterCursor({ id, createdAt }: Ordered, cursor: string): SQL {
  const [micros, rowId] = readCursor(cursor)
  const moment = sql`timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond'`
  return sql`(${createdAt}, ${id}) < (${moment}, ${rowId}::uuid)`
}

/** @param noun such as `user` @throws NotFound for an empty page */
export async function onlyItem<T>(page: Promise<Page<T>>, noun: string): Promise<T> {
  const [found] = (await page).items
  if (found === undefined) throw noSuchItem(noun)
  return found
}

const cursorText = /^(\d{1,16})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** A cursor is only a position and grants no access, so the gateway need not authenticate it. */
function readCursor(cursor: string): readonly [micros: string, id: string] {
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  const [, micros, id] = cursorText.exec(text) ?? []
  if (micros === undefined || id === undefined) throw new InvalidCursor()
  if (Buffer.from(text).toString('base64url') !== cursor) throw new InvalidCursor()
  return [micros, id]
}
