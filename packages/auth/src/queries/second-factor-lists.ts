import { backupCodes, type Database, secondFactors, users } from '@rack-gateway/database'
import { and, desc, eq, max, sql } from 'drizzle-orm'
import { afterCursor, onlyItem, type PageRequest, pageOf, positionOf } from './page.ts'

/** Lists second factors, newest first, and the number of backup codes. Contains no secrets. */
export function createSecondFactorLists({ db }: Pick<Database, 'db'>) {
  async function factorPage(page: PageRequest, filter?: ReturnType<typeof eq>) {
    const rows = await db
      .select({ ...columns, position: positionOf(secondFactors) })
      .from(secondFactors)
      .innerJoin(users, eq(users.id, secondFactors.userId))
      .where(and(filter, afterCursor(secondFactors, page)))
      .orderBy(desc(secondFactors.createdAt), desc(secondFactors.id))
      .limit(page.limit + 1)
    return pageOf(rows, page.limit, ({ position: _, ...factor }) => factor)
  }

  return {
    secondFactors: (page: PageRequest, user?: string) =>
      factorPage(page, user === undefined ? undefined : eq(secondFactors.userId, user)),
    secondFactor: (id: string) => onlyItem(factorPage({ limit: 1 }, eq(secondFactors.id, id)), 'second factor'),
    async backupCodeStatus(user: string) {
      const [status] = await db
        .select({
          remaining: sql<number>`(count(*) filter (where ${backupCodes.usedAt} is null))::int`,
          createdAt: max(backupCodes.createdAt),
        })
        .from(backupCodes)
        .where(eq(backupCodes.userId, user))
      return status ?? { remaining: 0, createdAt: null }
    },
  }
}

const columns = {
  id: secondFactors.id,
  userId: secondFactors.userId,
  email: users.email,
  kind: secondFactors.kind,
  name: secondFactors.name,
  createdAt: secondFactors.createdAt,
  usedAt: secondFactors.usedAt,
}
