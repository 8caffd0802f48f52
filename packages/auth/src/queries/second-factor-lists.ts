import { backupCodes, type Database, secondFactors, users } from '@rack-gateway/database'
import { eq, max, type SQL, sql } from 'drizzle-orm'
import { onlyItem, type PageRequest, positionOf, readPage } from './page.ts'

/** Lists second factors, newest first, and the number of backup codes. Contains no secrets. */
export function createSecondFactorLists({ db }: Pick<Database, 'db'>) {
  function factorPage(page: PageRequest, filter?: SQL) {
    const query = db
      .select({ ...columns, position: positionOf(secondFactors) })
      .from(secondFactors)
      .innerJoin(users, eq(users.id, secondFactors.userId))
    return readPage(query.$dynamic(), secondFactors, page, filter)
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
