import { setImmediate } from 'node:timers/promises'
import { startFaultyProxy } from '@rack-gateway/database/testing'
import { expect, onTestFinished, test } from 'vitest'
import { StreamLost } from '../errors/errors.ts'
import { encode } from '../events/encode.ts'
import { RecordedEvent } from '../events/recorded-event.ts'
import { checkChain, databaseForTest, openPostgresWriter, readLinks } from '../testing/database.ts'
import { append, createPostgresAuditStore } from './postgres-audit-store.ts'
import { createEventStream } from './stream.ts'

const unavailable = expect.objectContaining({ code: 'RGW_AUDIT_UNAVAILABLE' })

test('2,000 concurrent calls become one chain, and each is durable before its caller continues', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { record, close, stats } = await openPostgresWriter(runtimeUrl)
  const recorded = await Promise.all(
    Array.from({ length: 2_000 }, (_, index) =>
      record({ kind: 'call', request: `r${index}`, app: 'web', status: 200 }),
    ),
  )
  const [{ count } = { count: 0 }] = await runtime`select count(*)::int from audit.events where kind = 'call'`
  expect(count).toBe(2_000)
  expect(stats().batches).toBeLessThan(20)
  expect(new Set(recorded.map(({ event }) => event.request)).size).toBe(2_000)
  await close()
  expect(await checkChain(runtime)).toEqual({ intact: true, streams: 1, events: 2_002 })
})

test('search columns match the canonical form', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { record } = await openPostgresWriter(runtimeUrl)
  const intent = await record({
    kind: 'intent',
    request: 'r1',
    principal: { kind: 'user', id: 'u1', name: 'a@example.com', roles: ['ops'] },
    source: { address: '192.0.2.1' },
    rack: 'staging',
    app: 'web',
    route: 'POST /apps/{app}/releases',
    permission: 'release:create',
    process: 'p1',
    command: ['rails', 'c'],
    decision: { effect: 'allow', rule: 'role:ops', grant: '01a21003-ad1a-75d6-92a3-9774156aed62' },
    status: 200,
  })
  const outcome = await record({ kind: 'outcome', of: intent.event.id })
  const [first] = await runtime`select * from audit.events where id = ${intent.event.id}`
  const { canonical, prev, hash, written_at: _, ...columns } = first ?? {}
  expect(JSON.parse(canonical)).toEqual(intent.event)
  expect([prev, hash]).toEqual([intent.prev, intent.hash])
  expect(columns).toMatchInlineSnapshot(
    { stream: expect.any(String), id: expect.any(String), at: expect.any(Date) },
    `
    {
      "address": "192.0.2.1",
      "app": "web",
      "at": Any<Date>,
      "command": "rails c",
      "effect": "allow",
      "granted": "01a21003-ad1a-75d6-92a3-9774156aed62",
      "id": Any<String>,
      "kind": "intent",
      "of_event": null,
      "permission": "release:create",
      "principal": "u1",
      "principal_name": "a@example.com",
      "process": "p1",
      "rack": "staging",
      "request": "r1",
      "route": "POST /apps/{app}/releases",
      "rule": "role:ops",
      "seq": "2",
      "status": 200,
      "stream": Any<String>,
    }
  `,
  )
  const [second] = await runtime`select of_event from audit.events where id = ${outcome.event.id}`
  expect(second?.of_event).toBe(intent.event.id)
})

test.each([
  ['the same event', 'call', undefined],
  ['another event', 'refused', 'StreamLost'],
] as const)('an earlier attempt that commits during the next one is compared: %s', async (_, kind, lost) => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const store = createPostgresAuditStore({ pool: { url: runtimeUrl, applicationName: 'rack-gateway audit' } })
  onTestFinished(() => store.close())
  const at = Date.now()
  const stream = createEventStream(at)
  await store.openStream({ id: stream.id, month: stream.month, host: 'test', pid: 1, lease: 30_000 })
  const opened = stream.seal(encode({ kind: 'stream.opened' }), at)
  await store.append(stream.id, [opened])
  const event = stream.seal(encode({ kind: 'call' }), at)
  const { position, columns, canonical, prev, hash } = event
  const earlier = new RecordedEvent(
    position,
    columns.with(0, kind),
    canonical,
    prev,
    kind === 'call' ? hash : Buffer.alloc(32),
  )
  let second: Promise<unknown> = Promise.resolve()
  await runtime.begin(async (tx) => {
    await append(tx, stream.id, [earlier])
    second = store.append(stream.id, [event]).catch((error: unknown) => error)
    await expect
      .poll(() => admin`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)
      .toHaveLength(1)
  })
  const outcome = await second
  expect(outcome instanceof StreamLost ? 'StreamLost' : outcome).toBe(lost)
  expect(await runtime`select from audit.events where stream = ${stream.id}`).toHaveLength(2)
})

test('values that do not fit a column are in the canonical form and do not fail the batch', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { record, close } = await openPostgresWriter(runtimeUrl)
  const long = '\u{10ffff}'.repeat(3_000)
  const [hostile, neighbor] = await Promise.all([
    record({
      kind: 'refused',
      request: `${long}\0`,
      of: 'no uuid',
      rack: long,
      app: long,
      principal: { kind: 'user', id: long, name: '\ud800' },
      source: { address: `\0${long}` },
      status: 99_999_999,
      command: ['\0', '"; DROP TABLE audit.events; --', '\\u0000', '\u2028'],
      detail: { quote: `'"\\`, number: 1e308 },
    }),
    record({ kind: 'call' }),
  ])
  await close()
  const [row] =
    await runtime`select of_event, status, canonical, command from audit.events where id = ${hostile.event.id}`
  expect(row).toMatchObject({ of_event: null, status: null, canonical: hostile.canonical })
  expect(JSON.parse(row?.canonical)).toEqual(hostile.event)
  expect(neighbor.event.seq).toBe(hostile.event.seq + 1)
  expect(await checkChain(runtime)).toMatchObject({ intact: true })
})

test('connections that end mid-batch cause neither gaps nor duplicates, and every confirmed event exists', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record, close } = await openPostgresWriter(runtimeUrl)
  const settled: PromiseSettledResult<RecordedEvent>[] = []
  for (let round = 0; round < 20; round++) {
    const recording = Array.from({ length: 100 }, () => record({ kind: 'call' }))
    for (let turn = 0; turn < round; turn++) await setImmediate()
    await admin`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'rack-gateway audit' and datname = current_database()`
    settled.push(...(await Promise.allSettled(recording)))
  }
  await close()
  const links = await readLinks(runtime)
  const hashes = new Set(links.map(({ hash }) => Buffer.from(hash).toString('hex')))
  const promised = settled.filter(
    (result): result is PromiseFulfilledResult<RecordedEvent> => result.status === 'fulfilled',
  )
  for (const { value } of promised) expect(hashes.has(value.hash.toString('hex'))).toBe(true)
  expect(promised.length).toBeGreaterThan(1_000)
  expect(await checkChain(runtime)).toMatchObject({ intact: true, streams: 1 })
})

test('when the response to a commit is lost, the events exist once', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const proxy = await startFaultyProxy(runtimeUrl)
  const { record, close } = await openPostgresWriter(proxy.url)
  proxy.set('mute')
  const recording = Promise.all(Array.from({ length: 50 }, () => record({ kind: 'intent' })))
  await expect.poll(() => runtime`select from audit.events`).toHaveLength(51)
  proxy.set('pass')
  proxy.cut()
  const recorded = await recording
  await close()
  await proxy.stop()
  expect(new Set(recorded.map(({ event }) => event.seq)).size).toBe(50)
  expect(await checkChain(runtime)).toEqual({ intact: true, streams: 1, events: 52 })
})

test('a silent connection is replaced, and the caller still gets its event', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const proxy = await startFaultyProxy(runtimeUrl)
  const { record, close } = await openPostgresWriter(proxy.url, { timeout: 300 })
  proxy.set('mute')
  const recording = record({ kind: 'call' })
  await expect.poll(() => runtime`select from audit.events`).toHaveLength(2)
  proxy.set('pass')
  await recording
  await close()
  await proxy.stop()
  expect(await checkChain(runtime)).toEqual({ intact: true, streams: 1, events: 3 })
})

test('without the database callers are refused at the deadline, and later the same stream continues', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const proxy = await startFaultyProxy(runtimeUrl)
  const { record, close, stats } = await openPostgresWriter(proxy.url, { limits: { deadline: 200 } })
  const stream = stats().stream
  proxy.set('refuse')
  proxy.cut()
  await expect(record({ kind: 'intent' })).rejects.toEqual(unavailable)
  await expect(record({ kind: 'intent' })).rejects.toEqual(unavailable)
  proxy.set('pass')
  await expect.poll(() => stats().available).toBe(true)
  const next = await record({ kind: 'call' })
  expect(next.event.stream).toBe(stream)
  await close()
  await proxy.stop()
  expect(await checkChain(runtime)).toMatchObject({ intact: true, streams: 1 })
})

test('an adopted stream accepts no events, and the writer begins another', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record, stats, close } = await openPostgresWriter(runtimeUrl)
  const stream = stats().stream
  await admin`update audit.streams set adopted_by = gen_random_uuid() where id = ${stream}`
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
  const next = await record({ kind: 'call' })
  expect(next.event.stream).not.toBe(stream)
  await close()
  expect(await runtime`select from audit.events where stream = ${stream}`).toHaveLength(1)
})

test('an adopter waits for the current batch, and sees it', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record, stats } = await openPostgresWriter(runtimeUrl, { timeout: 5_000 })
  const stream = stats().stream
  await admin.begin(async (tx) => {
    await tx`select from audit.streams where id = ${stream} for update`
    const recording = record({ kind: 'call' })
    recording.catch(() => {})
    const waiting = () => admin`
      select from pg_stat_activity where application_name = 'rack-gateway audit' and wait_event_type = 'Lock'
        and datname = current_database()`
    await expect.poll(waiting).toHaveLength(1)
    await tx`update audit.streams set adopted_by = gen_random_uuid() where id = ${stream}`
  })
  await expect.poll(() => stats().stream).not.toBe(stream)
  expect(await runtime`select from audit.events where stream = ${stream}`).toHaveLength(1)
})

test('a forged event with the next number is detected by its hash', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record, stats } = await openPostgresWriter(runtimeUrl)
  const forged = { stream: stats().stream, seq: 2, at: new Date(), id: stats().stream, kind: 'call', canonical: '{}' }
  await runtime`insert into audit.events ${runtime({ ...forged, prev: Buffer.alloc(32), hash: Buffer.alloc(32) })}`
  const before = stats().stream
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
  const next = await record({ kind: 'call' })
  expect(next.event.stream).not.toBe(before)
  expect(await admin`select from audit.events where stream = ${before} and seq = 2`).toHaveLength(1)
})

test('a new month starts a new stream in its own partition', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const now = new Date()
  const time = { now: Date.now() }
  const { record, close } = await openPostgresWriter(runtimeUrl, { clock: { now: () => time.now } })
  await record({ kind: 'call' })
  for (const months of [1, 2]) {
    time.now = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)
    await record({ kind: 'call' })
  }
  await close()
  const partitions =
    await runtime`select tableoid::regclass::text as name, count(*)::int, count(distinct stream)::int as streams
    from audit.events group by 1 order by 1`
  expect(partitions.map(({ count, streams }) => [count, streams])).toEqual([
    [3, 1],
    [3, 1],
    [3, 1],
  ])
  const streams = await runtime`select closed_at is not null as closed from audit.streams`
  expect(streams.map(({ closed }) => closed)).toEqual([true, true, true])
  expect(await checkChain(runtime)).toMatchObject({ intact: true, streams: 3 })
})

test('a writer whose clock is far off does not open, and the error says to check the clock', async () => {
  const { runtimeUrl } = await databaseForTest()
  const opening = openPostgresWriter(runtimeUrl, { clock: { now: () => Date.UTC(2099, 0, 1) } })
  await expect(opening).rejects.toMatchObject({
    cause: expect.objectContaining({ message: expect.stringContaining('check the clock') }),
  })
})

test('the lease uses the time of the store', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { stats } = await openPostgresWriter(runtimeUrl, { limits: { lease: 30_000, renewEvery: 20 } })
  const left = async () => {
    const [row] = await runtime`select lease_until, extract(epoch from lease_until - now())::float as seconds
      from audit.streams where id = ${stats().stream}`
    return row
  }
  const first = await left()
  expect(first?.seconds).toBeGreaterThan(28)
  await expect.poll(async () => (await left())?.lease_until.getTime()).toBeGreaterThan(first?.lease_until.getTime())
})

test('two writers on one database have separate streams', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const [one, other] = await Promise.all([openPostgresWriter(runtimeUrl), openPostgresWriter(runtimeUrl)])
  await Promise.all(Array.from({ length: 200 }, (_, index) => (index % 2 ? one : other).record({ kind: 'call' })))
  await Promise.all([one.close(), other.close()])
  expect(await checkChain(runtime)).toEqual({ intact: true, streams: 2, events: 204 })
})

test('an edit that bypasses the triggers is found in the chain', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record, close } = await openPostgresWriter(runtimeUrl)
  await Promise.all(Array.from({ length: 5 }, () => record({ kind: 'call', app: 'web' })))
  await close()
  const [partition] = await runtime`select tableoid::regclass::text as name from audit.events limit 1`
  await admin.unsafe(`ALTER TABLE ${partition?.name} DISABLE TRIGGER ALL; ALTER TABLE audit.events DISABLE TRIGGER ALL;
    UPDATE audit.events SET canonical = replace(canonical, '"web"', '"api"') WHERE seq = 4`)
  expect(await checkChain(runtime)).toMatchObject({ intact: false, seq: 4, problem: 'hash' })
})

test('an unreachable store fails within its timeout', async () => {
  const store = createPostgresAuditStore({ pool: { url: 'postgres://a:b@127.0.0.1:1/x' }, timeout: 500 })
  await expect(store.renewLease('01890000-0000-7000-8000-000000000000', 1)).rejects.toThrow('ECONNREFUSED')
  await store.close()
})
