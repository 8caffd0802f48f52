import { expect, test } from 'vitest'
import { databaseForTest } from '../testing/database.ts'
import { createPostgresSinkPositions } from './postgres-sink-positions.ts'
import { collectGarbage, collectingSink, countingSink, forever, startShipping } from './testing/shipping.ts'
import type { SinkEvent } from './transports/sink-event.ts'
import { SinkRejected } from './transports/transport.ts'

/** Ids in the order of the log. */
async function idsOf(sql: Awaited<ReturnType<typeof databaseForTest>>['admin']) {
  const rows = await sql<{ id: string }[]>`select id from audit.events order by written_at, stream, seq`
  return rows.map(({ id }) => id)
}

function seqs(events: readonly SinkEvent[]) {
  return events.map(({ seq }) => seq)
}

async function recordMany(writer: Awaited<ReturnType<typeof startShipping>>['writer'], count: number) {
  return Promise.all(Array.from({ length: count }, (_, index) => writer.record({ kind: 'call', app: `app${index}` })))
}

test('a sink gets every event of a stream once and in order, from its first to its last', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const siem = collectingSink('siem')
  const { writer, stop, stats } = await startShipping(runtimeUrl, { sinks: [siem.sink] })
  await recordMany(writer, 50)
  await expect.poll(() => siem.events).toHaveLength(51)
  await stop()
  expect(siem.ids()).toEqual(await idsOf(admin))
  expect(siem.events[0]?.kind).toBe('stream.opened')
  expect(siem.events.at(-1)?.kind).toBe('stream.closed')
  expect(stats('siem')).toMatchObject({
    lagEvents: 0,
    lagSeconds: 0,
    delivered: 52,
    rejected: 0,
    failures: 0,
    problem: null,
  })
  const [position] = await admin`select seq, finished from audit.sink_positions`
  expect(position).toEqual({ seq: '52', finished: true })
  expect(siem.state.closed).toBe(true)
})

test('a new sink gets events that become durable from then on, also of older streams', async () => {
  const { runtimeUrl } = await databaseForTest()
  const first = await startShipping(runtimeUrl, { sinks: [] })
  await recordMany(first.writer, 5)
  const siem = collectingSink('siem')
  const second = await startShipping(runtimeUrl, { sinks: [siem.sink] })
  const late = await first.writer.record({ kind: 'call', app: 'late' })
  await expect.poll(() => siem.ids()).toContain(late.id)
  await second.stop()
  expect(siem.events.filter(({ stream }) => stream === late.position.stream).map(({ id }) => id)).toEqual([late.id])
})

test('after a crash another process ships the rest, and only unsaved progress is sent twice', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const before = collectingSink('siem')
  const first = await startShipping(runtimeUrl, { sinks: [before.sink], limits: { hold: 300 } })
  await recordMany(first.writer, 20)
  const { stream } = (await first.writer.record({ kind: 'call' })).position
  await expect.poll(() => admin`select seq from audit.sink_positions where stream = ${stream}`).toEqual([{ seq: '22' }])
  before.state.behave = forever
  await recordMany(first.writer, 30)
  await first.crash()

  const after = collectingSink('siem')
  const second = await startShipping(runtimeUrl, { sinks: [after.sink], limits: { hold: 300 } })
  const ofStream = () => after.events.filter((event) => event.stream === stream)
  await expect.poll(() => ofStream()).toHaveLength(30)
  expect(seqs(ofStream())).toEqual(Array.from({ length: 30 }, (_, index) => 23 + index))
  await second.stop()
  expect(new Set([...before.ids(), ...after.ids()])).toEqual(new Set(await idsOf(admin)))
})

test('a stream that begins while other streams are being claimed is shipped at once', async () => {
  const { runtimeUrl } = await databaseForTest()
  const positions = createPostgresSinkPositions({ pool: { url: runtimeUrl }, timeout: 2_000 })
  let finishFirstClaim = () => {}
  const firstClaim = new Promise<void>((resolve) => {
    finishFirstClaim = resolve
  })
  const { sink, events } = collectingSink('siem')
  await startShipping(runtimeUrl, {
    sinks: [sink],
    limits: { saveInterval: 600_000 },
    positions: {
      ...positions,
      async claim(...claimed) {
        const held = await positions.claim(...claimed)
        await firstClaim
        return held
      },
    },
  })
  finishFirstClaim()
  await expect.poll(() => events).toHaveLength(1)
})

test('after a crash, only events that were delivered since the last saved position are sent again', async () => {
  const { runtimeUrl } = await databaseForTest()
  const before = collectingSink('siem')
  const first = await startShipping(runtimeUrl, { sinks: [before.sink], limits: { hold: 300, saveInterval: 60_000 } })
  const { position } = await first.writer.record({ kind: 'call' })
  await expect.poll(() => before.events).toHaveLength(2)
  await first.crash()
  const after = collectingSink('siem')
  await startShipping(runtimeUrl, { sinks: [after.sink], limits: { hold: 300 } })
  const ofStream = () => after.events.filter(({ stream }) => stream === position.stream)
  await expect.poll(() => ofStream()).toHaveLength(2)
  expect(ofStream().map(({ id }) => id)).toEqual(before.ids())
})

test('two replicas ship their own streams, and each event once', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const [one, two] = [collectingSink('siem'), collectingSink('siem')]
  const first = await startShipping(runtimeUrl, { sinks: [one.sink] })
  const second = await startShipping(runtimeUrl, { sinks: [two.sink] })
  await Promise.all([recordMany(first.writer, 100), recordMany(second.writer, 100)])
  await expect.poll(() => one.events.length + two.events.length).toBe(202)
  await Promise.all([first.stop(), second.stop()])
  expect(new Set(one.events.map(({ stream }) => stream)).size).toBe(1)
  expect([...one.ids(), ...two.ids()].sort()).toEqual((await idsOf(admin)).sort())
})

test('another process delivers at once what a stopped process could not', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const [one, two] = [collectingSink('siem'), collectingSink('siem')]
  const first = await startShipping(runtimeUrl, { sinks: [one.sink] })
  await startShipping(runtimeUrl, { sinks: [two.sink] })
  await expect.poll(() => one.events).toHaveLength(1)
  one.state.behave = forever
  await recordMany(first.writer, 10)
  await first.stop(50)
  await expect.poll(() => two.events.some(({ kind }) => kind === 'stream.closed')).toBe(true)
  expect([...one.ids(), ...two.ids()].sort()).toEqual((await idsOf(admin)).sort())
})

test('a sink gets the stream of a replica that is configured without it', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const siem = collectingSink('siem')
  await startShipping(runtimeUrl, { sinks: [siem.sink] })
  const other = await startShipping(runtimeUrl, { sinks: [] })
  const first = await other.writer.record({ kind: 'call' })
  await admin`update audit.streams set opened_at = now() - interval '2 minutes' where id = ${first.position.stream}`
  await admin`update audit.sinks set since = now() - interval '1 hour'`
  await expect.poll(() => siem.ids()).toContain(first.id)
  const second = await other.writer.record({ kind: 'call' })
  await expect.poll(() => siem.ids()).toContain(second.id)
})

test('only the rejected events of a batch are left out, and they are stored with the reason', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const siem = collectingSink('siem')
  siem.state.behave = (events) => {
    if (events.some(({ canonical }) => /"app":"app(7|23)"/.test(canonical)))
      throw new SinkRejected('it answers 400: no')
  }
  const { writer, notifications, stats } = await startShipping(runtimeUrl, { sinks: [siem.sink] })
  const recorded = await recordMany(writer, 40)
  await expect.poll(() => stats('siem')).toMatchObject({ delivered: 39, rejected: 2, lagEvents: 0 })
  const bad = [recorded[7]?.id, recorded[23]?.id]
  const letters = await admin`select sink, event, seq, reason from audit.sink_dead_letters order by seq`
  expect(letters.map(({ event }) => event)).toEqual(bad)
  expect(letters[0]).toMatchObject({ sink: 'siem', seq: '9', reason: 'it answers 400: no' })
  expect(siem.ids().filter((id) => bad.includes(id))).toEqual([])
  expect(seqs(siem.events)).toEqual(seqs(siem.events).toSorted((a, b) => a - b))
  expect(notifications.filter(({ notification }) => notification.what === 'refused')).toHaveLength(2)
})

test('a sink that rejects everything is retried with backoff instead of losing all events', async () => {
  const { runtimeUrl } = await databaseForTest()
  const siem = collectingSink('siem')
  siem.state.behave = () => {
    throw new SinkRejected('it answers 400')
  }
  const { writer, stats } = await startShipping(runtimeUrl, {
    sinks: [siem.sink],
    limits: { backOff: { minimum: 600_000, maximum: 600_000 } },
  })
  await recordMany(writer, 150)
  await expect.poll(() => stats('siem')).toMatchObject({ rejected: 100, failures: 1 })
  expect(stats('siem').problem).toContain('it refuses every event')
})

test('failures are retried, and notified once', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const siem = collectingSink('siem')
  let attempts = 0
  siem.state.behave = () => {
    if (++attempts % 4 !== 0) throw new Error('connection refused')
  }
  const { writer, notifications, stats } = await startShipping(runtimeUrl, { sinks: [siem.sink] })
  await writer.record({ kind: 'call' })
  await expect.poll(() => siem.events).toHaveLength(2)
  expect(siem.ids()).toEqual(await idsOf(admin))
  expect(stats('siem').failures).toBeGreaterThanOrEqual(3)
  const whats = notifications.map(({ notification }) => notification.what)
  expect(whats.filter((what) => what === 'failing').length).toBe(whats.filter((what) => what === 'recovered').length)
  expect(whats.length).toBeLessThan(attempts)
})

test('a sink gets only its kinds, and skips the others', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const siem = collectingSink('siem')
  const sink = { ...siem.sink, wants: (kind: string) => kind === 'refused' }
  const { writer, stats, stop } = await startShipping(runtimeUrl, { sinks: [sink] })
  await recordMany(writer, 10)
  await writer.record({ kind: 'refused' })
  await expect.poll(() => stats('siem')).toMatchObject({ delivered: 1, lagEvents: 0 })
  expect(siem.events.map(({ kind }) => kind)).toEqual(['refused'])
  await stop()
  expect(await admin`select seq, finished from audit.sink_positions`).toEqual([{ seq: '13', finished: true }])
})

test('a hanging sink uses bounded memory, delays neither events nor other sinks, and loses no event', async () => {
  const { runtimeUrl } = await databaseForTest()
  const hanging = collectingSink('hanging')
  const healthy = countingSink('healthy')
  hanging.state.behave = forever
  const { writer, stats, stop } = await startShipping(runtimeUrl, {
    sinks: [hanging.sink, healthy.sink],
    recent: { events: 2_000, characters: 4 * 1024 * 1024 },
    limits: { deadline: 600_000 },
  })
  const path = 'p'.repeat(1_000)
  const heap: number[] = []
  for (let round = 1; round <= 10; round++) {
    for (let part = 0; part < 5; part++)
      await Promise.all(Array.from({ length: 500 }, () => writer.record({ kind: 'call', path })))
    await expect.poll(() => healthy.seen()).toBe(round * 2_500 + 1)
    collectGarbage()
    heap.push(process.memoryUsage().heapUsed)
  }
  // Between the two measurements, 20,000 events were recorded, which are more than 25 MB.
  expect((heap.at(-1) ?? 0) - (heap[1] ?? 0)).toBeLessThan(4 * 1024 * 1024)
  expect(stats('hanging')).toMatchObject({ delivered: 0, lagEvents: 25_001 })
  expect(stats('hanging').lagSeconds).toBeGreaterThan(0)
  const { stream } = writer.stats()
  await stop(50)

  const later = countingSink('hanging')
  await startShipping(runtimeUrl, { sinks: [later.sink] })
  await expect.poll(() => later.seen(stream ?? '')).toBe(25_002)
})

test('events that are missing in the database for a while are waited for', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const siem = collectingSink('siem')
  await startShipping(runtimeUrl, { sinks: [siem.sink] })
  const source = await startShipping(runtimeUrl, { sinks: [] })
  const [, ...events] = await recordMany(source.writer, 4)
  await source.stop()
  const stream = '01a21003-ad1a-75d6-92a3-9774156aed61'
  const [model] = await admin`select * from audit.streams where closed_at is not null limit 1`
  await admin`insert into audit.streams ${admin({ ...model, id: stream })}`
  const insert = (seq: number) => runtime`
    insert into audit.events (stream, seq, at, id, kind, canonical, prev, hash)
    select ${stream}, ${seq}, at, gen_random_uuid(), kind, canonical, prev, hash from audit.events where id = ${events[0]?.id ?? ''}`
  for (const seq of [1, 2, 4, 5]) await insert(seq)
  const ofStream = () => seqs(siem.events.filter((event) => event.stream === stream))
  await expect.poll(() => ofStream()).toEqual([1, 2])
  await insert(3)
  await expect.poll(() => ofStream()).toEqual([1, 2, 3, 4, 5])
})

test('the position of a stream that another process took over is neither changed nor released', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const siem = collectingSink('siem')
  const { writer, stop } = await startShipping(runtimeUrl, { sinks: [siem.sink], limits: { saveInterval: 60_000 } })
  await expect.poll(() => siem.events).toHaveLength(1)
  const other = '11111111-1111-4111-8111-111111111111'
  await admin`update audit.sink_positions set held_by = ${other}, held_until = now() + interval '1 hour', seq = 0`
  await recordMany(writer, 3)
  await expect.poll(() => siem.events).toHaveLength(4)
  await stop()
  const held = await admin`select held_by, seq, finished, held_until > now() as held from audit.sink_positions`
  expect(held).toEqual([{ held_by: other, seq: '0', finished: false, held: true }])
})

test('only one of several concurrent claims gets a stream', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const source = await startShipping(runtimeUrl, { sinks: [] })
  const { position } = await source.writer.record({ kind: 'call' })
  const pool = { url: runtimeUrl, max: 2, applicationName: 'rack-gateway sinks' }
  const pools = [createPostgresSinkPositions({ pool }), createPostgresSinkPositions({ pool })]
  await pools[0]?.register('siem')
  const waiting = async () => {
    const [row] = await admin`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and application_name = 'rack-gateway sinks' and wait_event_type = 'Lock'`
    return row?.count
  }
  const claims = await admin.begin(async (tx) => {
    await tx`select from audit.sink_positions for update`
    const begun = pools.flatMap((pool, number) =>
      [0, 1].map((one) => pool.claim('siem', `22222222-2222-4222-8222-00000000000${number * 2 + one}`, [], 60_000)),
    )
    await expect.poll(waiting).toBe(4)
    return { begun }
  })
  const got = (await Promise.all(claims.begun)).flat()
  expect(got).toEqual([{ stream: position.stream, month: expect.any(Number), seq: 2 }])
  await Promise.all(pools.map((pool) => pool.close()))
})

test('without the database a sink gets recent events, and reports that its position is not saved', async () => {
  const { runtimeUrl } = await databaseForTest()
  const siem = collectingSink('siem')
  const real = createPostgresSinkPositions({ pool: { url: runtimeUrl } })
  const state = { down: false }
  const orDown = async <T>(work: () => Promise<T>) => {
    if (state.down) throw new Error('connection refused')
    return work()
  }
  const { writer, stats, notifications } = await startShipping(runtimeUrl, {
    sinks: [siem.sink],
    positions: {
      ...real,
      claim: (...args) => orDown(() => real.claim(...args)),
      save: (...args) => orDown(() => real.save(...args)),
      read: (...args) => orDown(() => real.read(...args)),
      lastSeq: (...args) => orDown(() => real.lastSeq(...args)),
    },
  })
  await expect.poll(() => siem.events).toHaveLength(1)
  state.down = true
  await recordMany(writer, 20)
  await expect.poll(() => siem.events).toHaveLength(21)
  await expect.poll(() => stats('siem').problem).toContain('its position cannot be saved')
  state.down = false
  await expect.poll(() => stats('siem').problem).toBeNull()
  expect(notifications.map(({ notification }) => notification.what)).toEqual(['failing', 'recovered'])
})

test('with linger, partial batches wait, but only until the process stops', async () => {
  const { runtimeUrl } = await databaseForTest()
  const archive = collectingSink('archive', { events: 10, characters: 512 * 1024 })
  const sink = { ...archive.sink, transport: { ...archive.sink.transport, linger: 600_000 } }
  const { writer, stop, stats } = await startShipping(runtimeUrl, { sinks: [sink] })
  await recordMany(writer, 23)
  await expect.poll(() => archive.batches.map(({ length }) => length)).toEqual([10, 10])
  expect(stats('archive').lagEvents).toBe(4)
  await stop()
  expect(archive.batches.map(({ length }) => length)).toEqual([10, 10, 5])
})

test('a lingering batch is sent when its time is over', async () => {
  const { runtimeUrl } = await databaseForTest()
  const archive = collectingSink('archive')
  const sink = { ...archive.sink, transport: { ...archive.sink.transport, linger: 60 } }
  const { writer } = await startShipping(runtimeUrl, { sinks: [sink] })
  await writer.record({ kind: 'call' })
  await writer.record({ kind: 'call' })
  await expect.poll(() => archive.events).toHaveLength(3)
  expect(archive.batches.length).toBeLessThan(3)
})
