import postgres, { type Sql } from 'postgres'
import { onTestFinished } from 'vitest'
import { createTestDatabase, type OnEnd, type TestDatabase } from './index.ts'

/** The database and its connections are removed when the test ends. */
export async function databaseForTest(
  onEnd: OnEnd = onTestFinished,
): Promise<TestDatabase & { owner: Sql; runtime: Sql; admin: Sql }> {
  const database = await createTestDatabase()
  const owner = connect(database.ownerUrl)
  const runtime = connect(database.runtimeUrl)
  const admin = connect(database.adminUrl)
  onEnd(async () => {
    await Promise.all([owner, runtime, admin].map((sql) => sql.end({ timeout: 1 })))
    await database.drop()
  })
  return { ...database, owner, runtime, admin }
}

export function connect(url: string): Sql {
  return postgres(url, { max: 4, onnotice() {} })
}
