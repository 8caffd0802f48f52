import { type Database, liveCalls } from '@rack-gateway/database'
import { and, eq, getTableColumns, or, type SQL, sql } from 'drizzle-orm'
import { isId } from '../transactions/names.ts'
import { type PageRequest, positionOf, readPage } from './page.ts'

/** Lists the calls that are open in any gateway process, newest first. */
export function createLiveCallLists({ db }: Pick<Database, 'db'>) {
  function livePage(page: PageRequest, filter?: SQL) {
    const query = db.select({ ...columns, position: positionOf(positionColumns) }).from(liveCalls)
    return readPage(query.$dynamic(), positionColumns, page, and(hasLiveProcess, filter))
  }

  return {
    /** @param principal lists only the calls of this principal and of its API tokens */
    liveCalls: (page: PageRequest, principal?: string) => livePage(page, isBy(principal)),
    /** Lists the calls that a grant allowed. @param grant the ID of the access request */
    liveCallsUnder: (grant: string, page: PageRequest) => livePage(page, eq(liveCalls.grant, grant)),
    /** The number of live calls by the name of the rack. @param principal as in `liveCalls` */
    async countLiveCalls(principal?: string): Promise<ReadonlyMap<string, number>> {
      const rows = await db
        .select({ rack: liveCalls.rack, count: sql<number>`count(*)::int` })
        .from(liveCalls)
        .where(and(hasLiveProcess, isBy(principal)))
        .groupBy(liveCalls.rack)
      return new Map(rows.map(({ rack, count }) => [rack, count]))
    },
    /** Null for an unknown call, and for one that has ended. */
    async liveCall(id: string) {
      const { items } = isId(id) ? await livePage({ limit: 1 }, eq(liveCalls.id, id)) : { items: [] }
      return items[0] ?? null
    },
  }
}

function isBy(principal: string | undefined): SQL | undefined {
  return principal === undefined ? undefined : or(eq(liveCalls.principal, principal), eq(liveCalls.owner, principal))
}

const { stream, ...columns } = getTableColumns(liveCalls)
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
