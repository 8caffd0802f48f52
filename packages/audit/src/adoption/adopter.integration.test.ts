import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { linkHash } from '../events/chain.ts'
import type { AuditEvent } from '../events/event.ts'
import { checkChain, databaseForTest, openPostgresWriter } from '../testing/database.ts'
import { createAdopter } from './adopter.ts'
import type { AdoptionStore } from './adoption-store.ts'
import {
  claimExpired,
  createPostgresAdoptionStore,
  type PostgresAdoptionStoreOptions,
} from './postgres-adoption-store.ts'

type TestDatabase = Awaited<ReturnType<typeof databaseForTest>>

/** A replica with a writer and an adopter. */
async function startReplica(
  { runtimeUrl }: TestDatabase,
  {
    around = (adoptions) => adoptions,
    ...options
  }: Partial<PostgresAdoptionStoreOptions> & { around?: (adoptions: AdoptionStore) => AdoptionStore } = {},
) {
  const writer = await openPostgresWriter(runtimeUrl, { timeout: 10_000, limits: { renewEvery: 60_000 } })
  const adoptions = createPostgresAdoptionStore({ pool: { url: runtimeUrl }, ...options })
  const adopter = createAdopter({ adoptions: around(adoptions), writer })
  onTestFinished(async () => {
    await adopter.stop()
    await adoptions.close()
  })
  return { writer, adopter, stream: streamOf(writer) }
}

function streamOf(writer: { stats(): { stream: string | null } }): string {
  const { stream } = writer.stats()
  if (stream === null) throw new Error('The writer has no stream.')
  return stream
}

/** Expires the leases of streams 31 seconds ago, as if their processes had died a minute ago. */
async function expire({ admin }: TestDatabase, ...streams: string[]) {
  await admin`update audit.streams set lease_until = now() - interval '31 seconds' where id in ${admin(streams)}`
}

async function eventsOf({ runtime }: TestDatabase, ...kinds: string[]): Promise<AuditEvent[]> {
  const rows =
    await runtime`select canonical from audit.events where kind in ${runtime(kinds)} order by at, stream, seq`
  return rows.map(({ canonical }) => JSON.parse(canonical))
}

async function unknownOf(database: TestDatabase): Promise<(string | undefined)[]> {
  return (await eventsOf(database, 'outcome.unknown')).map(({ of }) => of)
}

/** A stream with `count` open calls between finished ones. */
async function abandon(database: TestDatabase, count: number) {
  const { writer, stream } = await startReplica(database)
  const open: string[] = []
  for (let index = 0; index < count; index++) {
    const kind = index % 2 === 0 ? 'intent' : 'opened'
    open.push((await writer.record({ kind, request: `open${index}`, rack: 'staging', app: 'web' })).id)
    const ended = await writer.record({ kind: 'intent', request: `ended${index}` })
    await writer.record({ kind: 'outcome', of: ended.id, status: 200 })
  }
  await expire(database, stream)
  return { stream, open, writer }
}

test('a stream whose lease expired 30 s ago is adopted: its end and each open call are recorded', async () => {
  const database = await databaseForTest()
  const lost = await startReplica(database)
  const principal = { kind: 'user' as const, id: 'u1', name: 'ann@example.com', roles: ['ops'] }
  const intent = await lost.writer.record({ kind: 'intent', request: 'r1', rack: 'staging', app: 'web', principal })
  const opened = await lost.writer.record({ kind: 'opened', request: 'r2', process: 'p1' })
  const ended = await lost.writer.record({ kind: 'opened', request: 'r3' })
  await lost.writer.record({ kind: 'closed', of: ended.id })
  const last = await lost.writer.record({ kind: 'call', request: 'r4' })
  await expire(database, lost.stream)

  const { adopter, stream } = await startReplica(database)
  await adopter.adoptExpired()
  const [abandoned, ...others] = await eventsOf(database, 'stream.abandoned')
  expect(others).toEqual([])
  expect(abandoned).toMatchObject({
    stream,
    detail: { stream: lost.stream, seq: last.event.seq, hash: last.hash.toString('hex'), host: 'test', pid: 1 },
  })
  const unknown = await eventsOf(database, 'outcome.unknown')
  expect(unknown).toMatchObject([
    {
      stream,
      of: intent.id,
      request: 'r1',
      rack: 'staging',
      app: 'web',
      principal: { kind: 'user', id: 'u1', name: 'ann@example.com' },
      detail: { stream: lost.stream, seq: 2 },
    },
    { stream, of: opened.id, request: 'r2', process: 'p1' },
  ])
  expect(adopter.stats()).toEqual({ adopted: 1, unknown: 2, failure: null })
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 2 })
})

test("a recently expired stream, a closed one, and the adopter's own are not adopted", async () => {
  const database = await databaseForTest()
  const { adopter, stream, writer } = await startReplica(database)
  const alive = await startReplica(database)
  await database.admin`update audit.streams set lease_until = now() - interval '29 seconds' where id = ${alive.stream}`
  const closed = await startReplica(database)
  await closed.writer.close()
  await expire(database, stream, closed.stream)
  await adopter.adoptExpired()
  expect(await eventsOf(database, 'stream.abandoned')).toEqual([])
  await writer.record({ kind: 'call' })
  expect(streamOf(writer)).toBe(stream)
})

test('a stream without events is adopted as an empty one', async () => {
  const database = await databaseForTest()
  const { adopter, writer } = await startReplica(database)
  const empty = '01890000-0000-7000-8000-000000000000'
  await writer.store.openStream({ id: empty, month: Date.now(), host: 'gone', pid: 7, lease: 1 })
  await expire(database, empty)
  await adopter.adoptExpired()
  expect(await eventsOf(database, 'stream.abandoned')).toMatchObject([
    { detail: { stream: empty, seq: 0, hash: '0'.repeat(64), host: 'gone', pid: 7 } },
  ])
})

test('an intent with a refused event is not open', async () => {
  const database = await databaseForTest()
  const lost = await startReplica(database)
  const intent = await lost.writer.record({ kind: 'intent', request: 'r1' })
  await lost.writer.record({ kind: 'refused', of: intent.id, decision: { effect: 'deny', rule: 'audit-unavailable' } })
  await expire(database, lost.stream)
  const { adopter } = await startReplica(database)
  await adopter.adoptExpired()
  expect(await unknownOf(database)).toEqual([])
  expect(await eventsOf(database, 'stream.abandoned')).toHaveLength(1)
})

test('with many concurrent adopters, each stream is adopted once and each open call is recorded once', async () => {
  const database = await databaseForTest()
  const lost = [await abandon(database, 12), await abandon(database, 7), await abandon(database, 9)]
  const replicas = await Promise.all(Array.from({ length: 8 }, () => startReplica(database, { page: 3 })))
  await Promise.all(replicas.flatMap(({ adopter }) => [adopter.adoptExpired(), adopter.adoptExpired()]))
  const abandoned = await eventsOf(database, 'stream.abandoned')
  expect(abandoned.map(({ detail }) => detail?.stream).sort()).toEqual(lost.map(({ stream }) => stream).sort())
  expect((await unknownOf(database)).sort()).toEqual(lost.flatMap(({ open }) => open).sort())
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test('a thousand open calls are recorded in pages, and windows without any are skipped', async () => {
  const database = await databaseForTest()
  const lost = await startReplica(database)
  const begun = await Promise.all(
    Array.from({ length: 3_000 }, (_, index) => lost.writer.record({ kind: index % 3 === 0 ? 'intent' : 'call' })),
  )
  const open = begun.filter((event) => event.column('kind') === 'intent').map(({ id }) => id)
  await Promise.all(Array.from({ length: 2_000 }, () => lost.writer.record({ kind: 'call' })))
  await expire(database, lost.stream)
  const pages: number[] = []
  const { adopter } = await startReplica(database, {
    page: 100,
    window: 700,
    around: (adoptions) => ({
      ...adoptions,
      async openCalls(stream, after) {
        const found = await adoptions.openCalls(stream, after)
        pages.push(found.events.length)
        return found
      },
    }),
  })
  await adopter.adoptExpired()
  expect((await unknownOf(database)).sort()).toEqual(open.sort())
  expect(Math.max(...pages)).toBe(100)
  expect(pages.at(-1)).toBe(0)
})

test.each([0, 1, 2, 3])(
  'after an adopter dies after %i commits, another one records the remaining events, each once',
  async (commits) => {
    const database = await databaseForTest()
    const lost = await abandon(database, 10)
    const first = await startReplica(database, { page: 4 })
    const { recordAdoption } = first.writer
    let done = 0
    const dying = createAdopter({
      adoptions: createPostgresAdoptionsFor(database, 4),
      writer: {
        stats: first.writer.stats,
        recordAdoption: (...given) =>
          done++ < commits ? recordAdoption(...given) : Promise.reject(new Error('killed')),
      },
    })
    await expect(dying.adoptExpired()).rejects.toThrow('killed')
    const others = await Promise.all([startReplica(database, { page: 4 }), startReplica(database, { page: 4 })])
    await Promise.all(others.map(({ adopter }) => adopter.adoptExpired()))
    expect((await eventsOf(database, 'stream.abandoned')).length).toBe(commits === 0 ? 0 : 1)

    await expire(database, first.stream)
    await Promise.all(others.map(({ adopter }) => adopter.adoptExpired()))
    const abandoned = (await eventsOf(database, 'stream.abandoned')).map(({ detail }) => detail?.stream)
    expect(abandoned.sort()).toEqual([lost.stream, first.stream].sort())
    expect((await unknownOf(database)).sort()).toEqual(lost.open.sort())
    expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
  },
)

test('an adopter that failed continues in its next run', async () => {
  const database = await databaseForTest()
  const lost = await abandon(database, 6)
  let fail = true
  const { adopter } = await startReplica(database, {
    page: 2,
    around: (adoptions) => ({
      ...adoptions,
      openCalls: (stream, after) =>
        fail && after > 0 ? Promise.reject(new Error('connection reset')) : adoptions.openCalls(stream, after),
    }),
  })
  await expect(adopter.adoptExpired()).rejects.toThrow('connection reset')
  expect(adopter.stats()).toMatchObject({ adopted: 0, failure: 'connection reset' })
  fail = false
  await adopter.adoptExpired()
  expect(adopter.stats()).toMatchObject({ adopted: 1, failure: null })
  expect(await eventsOf(database, 'stream.abandoned')).toHaveLength(1)
  expect((await unknownOf(database)).sort()).toEqual(lost.open.sort())
})

test('an adopter whose own stream was adopted while it was suspended records nothing more', async () => {
  const database = await databaseForTest()
  const lost = await abandon(database, 6)
  let wake = () => {}
  const awake = new Promise<void>((resolve) => {
    wake = resolve
  })
  const sleeper = await startReplica(database, {
    page: 2,
    around: (adoptions) => ({
      ...adoptions,
      async openCalls(stream, after) {
        const found = await adoptions.openCalls(stream, after)
        if (after > 0) await awake
        return found
      },
    }),
  })
  const looking = sleeper.adopter.adoptExpired()
  await expect.poll(async () => (await unknownOf(database)).length).toBe(2)
  await expire(database, sleeper.stream)
  const { adopter } = await startReplica(database, { page: 2 })
  await adopter.adoptExpired()
  wake()
  await expect(looking).rejects.toMatchObject({ code: expect.stringMatching(/^RGW_/) })
  await sleeper.adopter.adoptExpired()
  expect((await unknownOf(database)).sort()).toEqual(lost.open.sort())
  expect(await eventsOf(database, 'stream.abandoned')).toHaveLength(2)
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test('a writer whose stream was adopted while it was suspended begins another stream before it confirms an event', async () => {
  const database = await databaseForTest()
  const lost = await startReplica(database)
  const intent = await lost.writer.record({ kind: 'intent', request: 'r1' })
  await expire(database, lost.stream)
  const { adopter } = await startReplica(database)
  await adopter.adoptExpired()
  await expect(lost.writer.record({ kind: 'outcome', of: intent.id })).rejects.toMatchObject({ statusCode: 503 })
  const late = await lost.writer.record({ kind: 'outcome', of: intent.id })
  expect(late.event.stream).not.toBe(lost.stream)
  expect(await unknownOf(database)).toEqual([intent.id])
  const [, , reopened] = await eventsOf(database, 'stream.opened')
  expect(reopened?.detail).toMatchObject({ follows: lost.stream, because: expect.stringContaining('adopted') })
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 3 })
})

test('when the answer to an adopting commit is lost, everything is recorded once', async () => {
  const database = await databaseForTest()
  const lost = await abandon(database, 5)
  const { adopter, writer } = await startReplica(database)
  const { append } = writer.store
  let losses = 0
  vi.spyOn(writer.store, 'append').mockImplementation(async (...given) => {
    await append(...given)
    if (given[2] && losses++ < 3) throw new Error('connection reset')
  })
  await adopter.adoptExpired()
  expect(losses).toBeGreaterThan(3)
  expect((await unknownOf(database)).sort()).toEqual(lost.open.sort())
  expect(await eventsOf(database, 'stream.abandoned')).toHaveLength(1)
})

test('an open call of the previous month is recorded, too', async () => {
  const database = await databaseForTest()
  const now = new Date()
  const time = { now: Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 28) }
  const lost = await openPostgresWriter(database.runtimeUrl, { clock: { now: () => time.now } })
  const open = await lost.record({ kind: 'opened', request: 'r1' })
  const ended = await lost.record({ kind: 'opened', request: 'r2' })
  time.now = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
  await lost.record({ kind: 'closed', of: ended.id })
  await expire(database, streamOf(lost))
  const { adopter } = await startReplica(database)
  await adopter.adoptExpired()
  expect(await unknownOf(database)).toEqual([open.id])
})

test('hostile values are repeated in the same escaped form', async () => {
  const database = await databaseForTest()
  const lost = await startReplica(database)
  const intent = await lost.writer.record({ kind: 'intent', app: 'web\u0000\u202e\\u0041', request: 'r\r\n1' })
  await expire(database, lost.stream)
  const { adopter } = await startReplica(database)
  await adopter.adoptExpired()
  const [unknown] = await eventsOf(database, 'outcome.unknown')
  expect([unknown?.app, unknown?.request]).toEqual([intent.event.app, intent.event.request])
})

test('the search for expired leases uses its index', async () => {
  const { runtime } = await databaseForTest()
  await runtime`set enable_seqscan = off`
  const plan = await runtime`explain ${claimExpired(runtime, randomUUID(), 30_000)}`
  expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('streams_lease_until_idx')
})

test('a failed run is reported, and the next one follows', async () => {
  const database = await databaseForTest()
  await abandon(database, 1)
  const writer = await openPostgresWriter(database.runtimeUrl)
  const adoptions = createPostgresAdoptionsFor(database, 10)
  const errors: unknown[] = []
  let fails = 2
  const adopter = createAdopter({
    adoptions: { ...adoptions, claim: (by) => (fails-- > 0 ? Promise.reject(new Error('gone')) : adoptions.claim(by)) },
    writer,
    every: 10,
    onError: (cause) => errors.push(cause),
  })
  adopter.start()
  await expect.poll(() => eventsOf(database, 'stream.abandoned')).toHaveLength(1)
  await adopter.stop()
  expect(errors).toHaveLength(2)
})

test('the recorded hash of an abandoned stream is that of its last event', async () => {
  const database = await databaseForTest()
  const lost = await abandon(database, 1)
  const { adopter } = await startReplica(database)
  await adopter.adoptExpired()
  const [abandoned] = await eventsOf(database, 'stream.abandoned')
  const [last] =
    await database.runtime`select canonical, prev from audit.events where stream = ${lost.stream} order by seq desc limit 1`
  expect(abandoned?.detail?.hash).toBe(linkHash(last?.prev, last?.canonical).toString('hex'))
})

function createPostgresAdoptionsFor({ runtimeUrl }: TestDatabase, page: number): AdoptionStore {
  const adoptions = createPostgresAdoptionStore({ pool: { url: runtimeUrl }, page })
  onTestFinished(() => adoptions.close())
  return adoptions
}
