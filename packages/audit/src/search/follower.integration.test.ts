import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { databaseForTest, openPostgresWriter } from '../testing/database.ts'
import type { FilterQuery } from './filter-query.ts'
import { createFollower, type Follower } from './follower.ts'
import { createAuditSearch } from './search.ts'
import { searchPools } from './testing/search-pools.ts'

async function started() {
  const database = await databaseForTest()
  const search = createAuditSearch({ pools: searchPools(database.runtimeUrl) })
  onTestFinished(() => search.close())
  const follow = (query: FilterQuery = { kind: 'call' }, since: string | null = null) =>
    createFollower(search.sql, query, since)
  return { ...database, search, follow, writer: () => openPostgresWriter(database.runtimeUrl) }
}

async function requestsOf(follower: Follower): Promise<string[]> {
  const { events } = await follower.next()
  return events.map(({ event }) => event.event.request ?? '')
}

test('later events are returned once, from all replicas and new ones', async () => {
  const { follow, writer } = await started()
  const one = await writer()
  await one.record({ kind: 'call', request: 'before' })
  const follower = await follow()
  expect(await requestsOf(follower)).toEqual([])
  const other = await writer()
  await one.record({ kind: 'call', request: 'a' })
  await other.record({ kind: 'call', request: 'b' })
  await other.record({ kind: 'intent', request: 'another kind' })
  expect((await requestsOf(follower)).sort()).toEqual(['a', 'b'])
  await other.record({ kind: 'call', request: 'c' })
  await other.close()
  expect(await requestsOf(follower)).toEqual(['c'])
  expect(await requestsOf(follower)).toEqual([])
})

test('a late commit is not missed', async () => {
  const { follow, runtime, writer } = await started()
  const one = await writer()
  const follower = await follow()
  const stream = one.stats().stream ?? ''
  // Inserts the next number of the stream now, but commits it after a newer event of another stream.
  await runtime.begin(async (late) => {
    await insert(late, { stream, seq: 2, request: 'late', at: new Date() })
    const other = await writer()
    await other.record({ kind: 'call', request: 'on time' })
    expect(await requestsOf(follower)).toEqual(['on time'])
  })
  expect(await requestsOf(follower)).toEqual(['late'])
})

test('a missing number is waited for, and then reported as a gap', async () => {
  const { follow, runtime, writer } = await started()
  const one = await writer()
  const follower = await follow()
  const stream = one.stats().stream ?? ''
  await insert(runtime, { stream, seq: 4, request: 'behind', at: new Date() })
  expect(await requestsOf(follower)).toEqual([])
  await insert(runtime, { stream, seq: 2, request: 'first', at: new Date() })
  expect(await requestsOf(follower)).toEqual(['first'])
  const now = performance.now()
  expect(await requestsOf(follower)).toEqual([])
  vi.spyOn(performance, 'now').mockReturnValue(now + 31_000)
  expect((await follower.next()).gaps).toEqual([{ stream, from: 3, to: 3 }])
  expect(await requestsOf(follower)).toEqual(['behind'])
})

test('a follower resumes after any event', async () => {
  const { follow, writer } = await started()
  const writers = [await writer(), await writer()]
  const follower = await follow()
  await Promise.all(
    writers.flatMap(({ record }, w) =>
      Array.from({ length: 20 }, (_, n) => record({ kind: 'call', request: `${w}-${n}` })),
    ),
  )
  const { events } = await follower.next()
  expect(events).toHaveLength(40)
  const late = await writer()
  await late.record({ kind: 'call', request: 'new replica' })
  for (const seen of [1, 17, 40]) {
    const again = await follow({ kind: 'call' }, events[seen - 1]?.position ?? '')
    const rest = await requestsOf(again)
    const before = events.slice(0, seen).map(({ event }) => event.event.request ?? '')
    expect(rest).toHaveLength(41 - seen)
    expect(new Set([...before, ...rest]).size).toBe(41)
  }
})

test.each(['UTC', 'Europe/Berlin'])(
  'a stream is followed from its end, in a session with time zone %s',
  async (zone) => {
    const { admin, runtimeUrl } = await databaseForTest()
    // In Berlin, March is an hour shorter than 31 days.
    await admin.unsafe(`CREATE TABLE audit.events_2026_03 PARTITION OF audit.events
    FOR VALUES FROM ('2026-03-01 00:00+00') TO ('2026-04-01 00:00+00')`)
    const stream = randomUUID()
    await admin`insert into audit.streams (id, month, host, pid, lease_until) values (${stream}, '2026-03-01 00:00+00', 'h', 1, now())`
    await insert(admin, { stream, seq: 1, request: 'before', at: new Date('2026-03-31T23:59:59.999Z') })
    const url = new URL(runtimeUrl)
    url.searchParams.set('TimeZone', zone)
    const search = createAuditSearch({ pools: searchPools(url.href) })
    onTestFinished(() => search.close())
    expect(await search.sql`show timezone`).toMatchObject([{ TimeZone: zone }])
    expect(await requestsOf(await createFollower(search.sql, {}, null))).toEqual([])
  },
)

test('many events are returned in batches, each once', async () => {
  const { follow, writer } = await started()
  const one = await writer()
  const follower = await follow()
  await Promise.all(Array.from({ length: 1_300 }, (_, n) => one.record({ kind: 'call', request: `${n}` })))
  const seen: string[] = []
  for (let full = true; full; ) {
    const batch = await follower.next()
    expect(batch.events.length).toBeLessThanOrEqual(500)
    seen.push(...batch.events.map(({ event }) => event.event.request ?? ''))
    full = batch.full
  }
  expect(seen).toEqual(Array.from({ length: 1_300 }, (_, n) => `${n}`))
})

test.each(['x', '', Buffer.from('[1,["a",1]]').toString('base64url'), Buffer.from('[-1]').toString('base64url')])(
  'an invalid position is rejected: %j',
  async (position) => {
    const { follow } = await started()
    await expect(follow({}, position)).rejects.toMatchObject({ code: 'RGW_INVALID_AUDIT_CURSOR' })
  },
)

type Runtime = Awaited<ReturnType<typeof databaseForTest>>['runtime']
type Inserting = Runtime | Parameters<Parameters<Runtime['begin']>[1]>[0]

async function insert(
  sql: Inserting,
  { stream, seq, request, at }: { stream: string; seq: number; request: string; at: Date },
) {
  const row = {
    stream,
    seq,
    at,
    id: randomUUID(),
    kind: 'call',
    request,
    prev: Buffer.alloc(32),
    hash: Buffer.alloc(32),
  }
  await sql`insert into audit.events ${sql({ ...row, canonical: JSON.stringify({ kind: 'call', request }) })}`
}
