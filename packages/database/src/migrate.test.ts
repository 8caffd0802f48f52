import postgres from 'postgres'
import { expect, test } from 'vitest'
import { createTestDatabase } from './testing/index.ts'

test('smoke', async () => {
  const database = await createTestDatabase()
  const sql = postgres(database.runtimeUrl)
  console.log(await sql`select * from gateway.migrations`, await sql`select * from gateway.revision`)
  expect(1).toBe(1)
  await sql.end()
  await database.drop()
})
