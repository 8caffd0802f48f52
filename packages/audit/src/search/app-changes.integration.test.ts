import { expect, onTestFinished, test } from 'vitest'
import type { EventDraft } from '../events/event.ts'
import { databaseForTest, openPostgresWriter } from '../testing/database.ts'
import { createAuditSearch } from './search.ts'
import { searchLimits } from './testing/search-limits.ts'
import { searchPools } from './testing/search-pools.ts'

const app = { rack: 'staging', app: 'web' }
const promoteRoute = 'POST /apps/{app}/releases/{id}/promote'
const promotion: EventDraft = { kind: 'outcome', ...app, route: promoteRoute, status: 200 }
const scaling: EventDraft = { kind: 'outcome', ...app, route: 'PUT /apps/{app}/services/{service}', status: 200 }

async function started(timeout = 5_000) {
  const database = await databaseForTest()
  const writer = await openPostgresWriter(database.runtimeUrl)
  const shared = createAuditSearch({ pools: searchPools(database.runtimeUrl), timeout, limits: searchLimits() })
  onTestFinished(() => shared.close())
  const record = (count: number, draft: EventDraft) =>
    Promise.all(Array.from({ length: count }, () => writer.record(draft)))
  return { ...database, record, shared, changes: shared.forCaller('ann').appChanges }
}

test('changes of certain routes are searched among the newest 2,000 changes, and the response says if there can be more', async () => {
  const { record, changes } = await started()
  const [first] = await record(1, promotion)
  await record(1_998, scaling)
  const whole = await changes.ofRoutes(app, [promoteRoute])
  expect([whole.events.map(({ id }) => id), whole.complete]).toEqual([[first?.id], true])

  await record(2, scaling)
  await record(5, { ...promotion, app: 'another' })
  expect(await changes.ofRoutes(app, [promoteRoute])).toEqual({ events: [], complete: false })
  // The last change of an app, and its timeline, do not depend on how many there are.
  expect((await changes.last('staging', ['web'], new Date(0))).get('web')?.event.route).toBe(scaling.route)
  const { items } = await changes.page(app, { limit: 5 })
  expect(items.length).toBe(5)
})

test('a search for changes that takes too long is canceled with a remedy, and does not count as a search of the audit log', async () => {
  const { record, changes, shared, admin } = await started(200)
  await record(1, promotion)
  await admin.begin(async (lock) => {
    await lock`lock table audit.events in access exclusive mode`
    const searches = [
      changes.last('staging', ['web'], new Date(0)),
      changes.page(app, { limit: 1 }),
      changes.ofRoutes(app, [promoteRoute]),
    ]
    for (const one of await Promise.allSettled(searches))
      expect(one).toMatchObject({ reason: { code: 'RGW_CHANGE_SEARCH_TOO_SLOW', statusCode: 503 } })

    const all = await Promise.allSettled(Array.from({ length: 9 }, () => changes.page(app, { limit: 1 })))
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(refused.filter((code) => code === 'RGW_SEARCH_BUSY')).toHaveLength(1)
  })
  expect((await changes.ofRoutes(app, [promoteRoute])).events).toHaveLength(1)
  expect((await shared.forCaller('ann').page({ kind: 'outcome' }, { limit: 1 })).items).toHaveLength(1)
})
