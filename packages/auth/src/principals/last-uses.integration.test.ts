import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startStore } from '../testing/database.ts'
import { createLastUses } from './last-uses.ts'

async function start() {
  const { database, admin, clock } = await startStore()
  const errors: unknown[] = []
  const uses = createLastUses({ database, clock, onError: (error) => errors.push(error) })
  onTestFinished(() => uses.stop())
  const credential = randomUUID()
  const kept = async () => {
    const [row] = await admin`select address, used_at from gateway.last_uses where credential = ${credential}`
    return row && [row.address, row.used_at.getTime() - begun]
  }
  const begun = clock.time
  return { uses, clock, credential, kept, errors, database, admin }
}

test('a use is written at most once a minute, and then it is the newest one', async () => {
  const { uses, clock, credential, kept } = await start()
  uses.recordUse(credential, '192.0.2.1')
  await uses.flush()
  expect(await kept()).toEqual(['192.0.2.1', 0])
  clock.time += 59_999
  uses.recordUse(credential, '192.0.2.2')
  await uses.flush()
  expect(await kept()).toEqual(['192.0.2.1', 0])
  clock.time += 1
  uses.recordUse(credential, '192.0.2.3')
  await uses.flush()
  expect(await kept()).toEqual(['192.0.2.3', 60_000])
})

test('the minute between two writes applies to all replicas together', async () => {
  const { uses, clock, credential, kept, database, errors } = await start()
  const other = createLastUses({ database, clock, onError: (error) => errors.push(error) })
  onTestFinished(() => other.stop())
  uses.recordUse(credential, '192.0.2.1')
  await uses.flush()
  for (const [later, address, written] of [
    [30_000, '192.0.2.2', '192.0.2.1'],
    [29_999, '192.0.2.3', '192.0.2.1'],
    [60_001, '192.0.2.4', '192.0.2.4'],
  ] as const) {
    clock.time += later
    other.recordUse(credential, address)
    await other.flush()
    expect([errors, (await kept())?.[0]]).toEqual([[], written])
  }
})

test('a stop writes the remaining uses, but not within a minute of the last written use', async () => {
  const { uses, clock, credential, kept } = await start()
  uses.recordUse(credential, '192.0.2.1')
  await uses.stop()
  expect(await kept()).toEqual(['192.0.2.1', 0])
  uses.recordUse(credential, '192.0.2.2')
  clock.time += 10
  await uses.stop()
  expect(await kept()).toEqual(['192.0.2.1', 0])
})

test('an older use of another replica does not replace a newer one', async () => {
  const { uses, clock, credential, kept, admin } = await start()
  await admin`insert into gateway.last_uses values (${credential}, ${new Date(clock.time + 5)}, '192.0.2.9')`
  uses.recordUse(credential, '192.0.2.1')
  await uses.flush()
  expect(await kept()).toEqual(['192.0.2.9', 5])
})

test('an unavailable database is only logged', async () => {
  const { uses, credential, errors, database } = await start()
  await database.close()
  uses.recordUse(credential, '192.0.2.1')
  await uses.flush()
  expect([errors.length, uses.failures()]).toEqual([1, 1])
})
