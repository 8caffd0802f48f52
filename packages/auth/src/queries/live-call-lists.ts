import { type Database, liveCalls } from '@rack-gateway/database'
import { and, desc, eq, getTableColumns, or, type SQL, sql } from 'drizzle-orm'
import { isId } from '../admin/names.ts'
import { afterCursor, type PageRequest, pageOf, positionOf } from './page.ts'

/** Lists the calls that are open in any gateway process, newest first. */
export function createLiveCallLists({ db }: Pick<Database, 'db'>) {
  function select(filter: SQL | undefined, page: PageRequest) {
    return db
      .select({ ...columns, position: positionOf(positionColumns) })
      .from(liveCalls)
      .where(and(hasLiveProcess, filter, afterCursor(positionColumns, page)))
      .orderBy(desc(positionColumns.createdAt), desc(positionColumns.id))
      .limit(page.limit + 1)
  }

  return {
    /** @param principal lists only the calls of this principal and of its API tokens */
    async liveCalls(page: PageRequest, principal?: string) {
      const own = principal && or(eq(liveCalls.principal, principal), eq(liveCalls.owner, principal))
      return pageOf(await select(own || undefined, page), page.limit, withoutPosition)
    },
    /** Null for an unknown call, and for one that has ended. */
    async liveCall(id: string) {
      const rows = isId(id) ? await select(eq(liveCalls.id, id), { limit: 1 }) : []
      return pageOf(rows, 1, withoutPosition).items[0] ?? null
    },
  }
}

const { stream, ...columns } = getTableColumns(liveCalls)
function withoutPosition<R extends { readonly position: string }>({ position: _, ...call }: R): Omit<R, 'position'> {
  return call
}

const positionColumns = { id: liveCalls.id, createdAt: liveCalls.startedAt }

/**
 * A process renews only the lease of its newest stream, but the call can be in an older stream, such as that of the
 * previous month.
 */
const hasLiveProcess = sql`${stream} in (
  with recursive live as (
    select id, follows from audit.streams where closed_at is null and adopted_by is null and lease_until > now()
    union
    select previous.id, previous.follows from audit.streams previous join live on previous.id = live.follows
  )
  select id from live)`
