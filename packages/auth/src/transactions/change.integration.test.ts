import type { Sql } from 'postgres'
import { expect, test } from 'vitest'
import { author, startStore } from '../testing/database.ts'
import { deferred } from '../testing/deferred.ts'
import { changeIdentities } from './change.ts'

test('a revocation waits for the running change, but not for waiting ones', async () => {
  const { database, record, admin } = await startStore()
  const order: string[] = []
  const begun = deferred<void>()
  const hold = deferred<void>()
  const change = (name: string, work: () => Promise<void>, isRevocation = false) =>
    changeIdentities({ database, by: author, record, isRevocation }, async () => {
      order.push(name)
      await work()
    })
  const first = change('first', async () => {
    begun.resolve()
    await hold.promise
  })
  await begun.promise
  const waiting = Array.from({ length: 50 }, (_, index) => change(`change ${index}`, async () => {}))
  const revocation = change('revocation', async () => {}, true)
  await expect.poll(async () => (await waitingForLocks(admin)) === 1).toBe(true)
  hold.resolve()
  await Promise.all([first, ...waiting, revocation])
  expect(order.slice(0, 3)).toEqual(['first', 'revocation', 'change 0'])
  expect(order).toHaveLength(52)
})

test('changes leave the connections of everything else free', async () => {
  const { database, record } = await startStore()
  const hold = deferred<void>()
  const changes = Array.from({ length: 50 }, () =>
    changeIdentities({ database, by: author, record }, () => hold.promise),
  )
  expect(await database.sql`select 1 as one`).toEqual([{ one: 1 }])
  hold.resolve()
  await Promise.all(changes)
})

async function waitingForLocks(admin: Sql): Promise<number> {
  const rows = await admin`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return rows.length
}
