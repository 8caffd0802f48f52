import { expect, onTestFinished, test } from 'vitest'
import { databaseForTest, openPostgresWriter } from '../testing/database.ts'
import { countOpenAlarms } from './open-alarms.ts'
import { createAuditSearch } from './search.ts'
import { searchPools } from './testing/search-pools.ts'

test('alarms that cannot be counted in time have no count', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const writer = await openPostgresWriter(runtimeUrl)
  await writer.record({ kind: 'session.superseded-token' })
  const shared = createAuditSearch({ pools: searchPools(runtimeUrl), timeout: 200 })
  onTestFinished(() => shared.close())
  const { sql } = shared
  await expect.poll(() => countOpenAlarms(sql)).toBe(1)
  await admin.begin(async (tx) => {
    await tx`lock table audit.events in access exclusive mode`
    expect(await countOpenAlarms(sql)).toBeNull()
  })
})
