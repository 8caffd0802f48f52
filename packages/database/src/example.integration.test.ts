import { checkSchema, openDatabase, tamperProtection } from '@rack-gateway/database'
import { createTestDatabase } from '@rack-gateway/database/testing'
import { expect, onTestFinished, test } from 'vitest'

test('the runtime login cannot change events', async () => {
  const { runtimeUrl, drop } = await createTestDatabase() // migrated
  const { sql, check, close } = openDatabase(runtimeUrl)
  onTestFinished(async () => {
    await close()
    await drop()
  })
  await check() // the error says why the database does not answer
  await checkSchema(sql)
  expect(await tamperProtection(sql)).toBe('prevented')
  await expect(sql`DELETE FROM audit.events`).rejects.toThrow('permission denied')
})
