import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { RecordedEvent } from '../events/recorded-event.ts'
import { createMemoryStore } from '../testing/memory-store.ts'
import { verifyChain } from '../testing/verify-chain.ts'
import { createAuditWriter } from './writer.ts'
import type { AuditWriterLimits, AuditWriterOptions } from './writer-options.ts'

const start = Date.UTC(2026, 4, 31, 23, 0, 0)

async function openWriter(limits: Partial<AuditWriterLimits> = {}, options: Partial<AuditWriterOptions> = {}) {
  const store = createMemoryStore()
  const time = { now: start }
  const states: unknown[] = []
  const writer = createAuditWriter({
    store,
    clock: { now: () => time.now },
    host: 'test',
    pid: 1,
    limits: { deadline: 40, ...limits },
    onState: (cause) => states.push(cause),
    ...options,
  })
  await writer.open()
  onTestFinished(() => writer.close())
  return { store, time, states, ...writer }
}

const unavailable = expect.objectContaining({ code: 'RGW_AUDIT_UNAVAILABLE', statusCode: 503 })

function kindsOf(store: { events: readonly { event: { kind: string } }[] }) {
  return store.events.map(({ event }) => event.kind)
}

test('a stream opens, has recorded events in order, and closes', async () => {
  const { store, record, close } = await openWriter()
  const first = await record({ kind: 'intent', app: 'web' })
  const second = await record({ kind: 'outcome', of: first.event.id })
  expect([first.event.seq, second.event.seq]).toEqual([2, 3])
  expect(second.prev).toEqual(first.hash)
  await close()
  expect(kindsOf(store)).toEqual(['stream.opened', 'intent', 'outcome', 'stream.closed'])
  expect(verifyChain(store.links)).toEqual({ intact: true, streams: 1, events: 4 })
  expect(store.closed.size).toBe(1)
})

test("onDurable gets events in order, including the stream's own", async () => {
  const durable: RecordedEvent[] = []
  const { store, record, close } = await openWriter({}, { onDurable: (events) => durable.push(...events) })
  await Promise.all([record({ kind: 'intent' }), record({ kind: 'call' })])
  store.behave((operation) => (operation === 'append' ? 'refuse' : 'take'))
  await expect(record({ kind: 'call' })).rejects.toThrow(unavailable)
  expect(durable.length).toBe(3)
  store.behave(() => 'take')
  await close()
  expect(durable).toEqual(store.events)
})

test('events of one turn of the event loop are one batch, and later ones are the next', async () => {
  const { store, record } = await openWriter()
  const first = Array.from({ length: 50 }, () => record({ kind: 'call' }))
  await Promise.resolve()
  await Promise.all([...first, ...Array.from({ length: 30 }, () => record({ kind: 'call' }))])
  expect(store.batches).toEqual([1, 50, 30])
})

test('the next batch is sent before callers of the previous one continue, in order', async () => {
  const log: string[] = []
  const { store, record, close } = await openWriter(
    {},
    { onDurable: (events) => log.push(...events.map((event) => event.column('app'))) },
  )
  store.behave((operation, attempt) => {
    if (operation === 'append') log.push(`append ${attempt}`)
    return 'take'
  })
  const recorded = (app: string) => record({ kind: 'call', app }).then(() => log.push(`${app} is resolved`))
  const first = recorded('one')
  await Promise.resolve()
  const second = recorded('two')
  await close()
  await Promise.all([first, second])
  const steps = log.filter((entry) => entry !== '' && !entry.endsWith('resolved'))
  expect(steps).toEqual(['append 1', 'append 2', 'one', 'two', 'append 3'])
  expect(log.indexOf('one is resolved')).toBeGreaterThan(log.indexOf('append 2'))
  expect(log.indexOf('two is resolved')).toBeGreaterThan(log.indexOf('one is resolved'))
})

test('events without a waiting caller are batched', async () => {
  const { store, recordSoon } = await openWriter({ linger: 20 })
  const events = []
  for (let turn = 0; turn < 10; turn++) {
    events.push(recordSoon({ kind: 'call' }))
    await Promise.resolve()
  }
  expect(store.batches).toEqual([1])
  await Promise.all(events)
  expect(store.batches).toEqual([1, 10])
})

test('an event with a waiting caller flushes the queue in order', async () => {
  const { store, record, recordSoon, close } = await openWriter({ linger: 600_000 })
  const soon = recordSoon({ kind: 'call', app: 'first' })
  await record({ kind: 'call', app: 'second' })
  await soon
  const last = recordSoon({ kind: 'call', app: 'third' })
  await new Promise(setImmediate)
  expect(store.batches).toEqual([1, 2])
  await close()
  await last
  expect(store.events.flatMap(({ event }) => event.app ?? [])).toEqual(['first', 'second', 'third'])
})

test('a batch stays within its limits of events and characters', async () => {
  const { store, record } = await openWriter({ batch: 10, batchCharacters: 5_000 })
  await Promise.all(Array.from({ length: 25 }, () => record({ kind: 'call' })))
  expect(store.batches).toEqual([1, 10, 10, 5])
  await Promise.all(Array.from({ length: 8 }, () => record({ kind: 'call', path: 'p'.repeat(2_000) })))
  expect(Math.max(...store.batches.slice(4))).toBe(2)
})

test('a record resolves only when the store has it', async () => {
  const { store, record } = await openWriter({ deadline: 60_000 })
  let attempts = 0
  store.behave(() => (++attempts < 3 ? 'refuse' : 'take'))
  const recorded = await record({ kind: 'call' })
  expect(attempts).toBe(3)
  expect(store.events.at(-1)).toBe(recorded)
})

test('when the response to a commit is lost, the same events are sent again and exist once', async () => {
  const { store, record, close } = await openWriter({ deadline: 60_000 })
  store.behave((_, attempt) => (attempt === 1 ? 'lose-answer' : 'take'))
  const recorded = await Promise.all(Array.from({ length: 20 }, () => record({ kind: 'call' })))
  expect(store.events).toHaveLength(21)
  expect(new Set(recorded.map(({ event }) => event.seq)).size).toBe(20)
  await close()
  expect(verifyChain(store.links)).toMatchObject({ intact: true, events: 22 })
})

test('after the deadline callers are refused, new ones at once, and later the chain continues without a gap', async () => {
  const { store, record, states, stats, close } = await openWriter()
  store.behave((operation) => (operation === 'append' ? 'refuse' : 'take'))
  const first = record({ kind: 'intent', request: 'r1' })
  await Promise.resolve()
  const second = record({ kind: 'call' })
  await expect(first).rejects.toEqual(unavailable)
  await expect(second).rejects.toEqual(unavailable)
  expect(stats()).toMatchObject({ available: false, refused: 2, waiting: 0 })
  const newcomer = record({ kind: 'call' }).catch((error: unknown) => error)
  expect(await Promise.race([newcomer, turn('it waits')])).toEqual(unavailable)

  store.behave(() => 'take')
  await expect.poll(() => stats().available).toBe(true)
  expect(states).toEqual([expect.objectContaining({ message: 'connection refused' }), null])
  const later = await record({ kind: 'call' })
  await close()
  expect(verifyChain(store.links)).toMatchObject({ intact: true })
  expect(kindsOf(store)).not.toContain('outcome')
  expect(later.event.seq).toBeGreaterThan(2)
})

test('an intent that became durable after its caller was refused is followed by a refused event', async () => {
  const { store, record, close, stats } = await openWriter()
  store.behave((operation, attempt) => (operation === 'append' && attempt === 1 ? 'lose-answer' : 'refuse'))
  const refused = record({ kind: 'intent', request: 'r1', app: 'web' })
  await expect(refused).rejects.toEqual(unavailable)
  store.behave(() => 'take')
  await expect.poll(() => stats().available).toBe(true)
  await close()
  expect(kindsOf(store)).toEqual(['stream.opened', 'intent', 'refused', 'stream.closed'])
  expect(store.events[2]?.event).toMatchObject({
    of: store.events[1]?.event.id,
    request: 'r1',
    decision: { effect: 'deny', rule: 'audit-unavailable' },
  })
})

test('a store that never answers blocks neither callers nor close', async () => {
  const { store, record, close } = await openWriter()
  store.behave(() => 'hang')
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
  await close()
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
})

test('the queue is bounded in events and characters, and rejects more at once', async () => {
  const { store, record, stats } = await openWriter({ waiting: 100, waitingCharacters: 100_000, deadline: 60_000 })
  store.behave(() => 'refuse')
  const waiting = Array.from({ length: 100 }, () => record({ kind: 'call' }))
  const turnedAway = record({ kind: 'call' })
  expect(stats().waiting).toBe(100)
  await expect(turnedAway).rejects.toThrow('100 events are waiting')
  store.behave(() => 'take')
  await Promise.all(waiting)
  const long = Array.from({ length: 20 }, () => record({ kind: 'call', path: 'p'.repeat(8_000) }))
  const results = await Promise.allSettled(long)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(8)
})

test('a new month closes the stream and opens the next, which names the previous one', async () => {
  const { store, record, time, close } = await openWriter()
  await record({ kind: 'call' })
  time.now = start + 3_600_000
  const [first] = await Promise.all([record({ kind: 'call' }), record({ kind: 'call' })])
  await close()
  expect(kindsOf(store)).toEqual([
    'stream.opened',
    'call',
    'stream.closed',
    'stream.opened',
    'call',
    'call',
    'stream.closed',
  ])
  const [opened, , closed, reopened] = store.events.map(({ event }) => event)
  expect(closed?.at).toBe('2026-05-31T23:59:59.999Z')
  expect(reopened).toMatchObject({
    seq: 1,
    at: '2026-06-01T00:00:00.000Z',
    detail: { follows: opened?.stream, because: 'month' },
  })
  expect(first.event.seq).toBe(2)
  expect(verifyChain(store.links)).toMatchObject({ intact: true, streams: 2 })
  expect(store.closed.size).toBe(2)
})

test('a batch is split where a month begins', async () => {
  const { store, record, time, close } = await openWriter()
  const before = record({ kind: 'call' })
  time.now = start + 3_600_000
  const after = record({ kind: 'call' })
  expect((await before).event.at.slice(0, 7)).toBe('2026-05')
  expect((await after).event.at.slice(0, 7)).toBe('2026-06')
  await close()
  for (const { event } of store.events) {
    const opened = store.events.find((other) => other.event.stream === event.stream)
    expect(event.at.slice(0, 7)).toBe(opened?.event.at.slice(0, 7))
  }
})

test('a clock that jumps back, even over a month, keeps times in order', async () => {
  const { store, record, time } = await openWriter()
  for (const now of [start + 5, start, start - 90 * 86_400_000, start + 6]) {
    time.now = now
    await record({ kind: 'call' })
  }
  const times = store.events.map(({ event }) => event.at)
  expect(times).toEqual([...times].sort())
})

test('an adopted stream gets no events, and the next stream names it', async () => {
  const { store, record, stats } = await openWriter()
  const lost = stats().stream ?? ''
  store.adopt(lost)
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
  const next = await record({ kind: 'call' })
  expect(next.event.stream).not.toBe(lost)
  const opened = store.events.find(({ event }) => event.stream === next.event.stream)
  expect(opened?.event).toMatchObject({ kind: 'stream.opened', detail: { follows: lost } })
  expect(store.events.filter(({ event }) => event.stream === lost)).toHaveLength(1)
})

test('a stream that was adopted while the store did not answer is replaced, and events are recorded again', async () => {
  const { store, record, states, stats } = await openWriter()
  const lost = stats().stream ?? ''
  store.behave(() => 'refuse')
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
  expect(stats().available).toBe(false)
  store.adopt(lost)
  store.behave(() => 'take')
  await expect.poll(() => stats().available, { timeout: 5_000 }).toBe(true)
  expect(states).toEqual([expect.objectContaining({ message: 'connection refused' }), null])
  const next = await record({ kind: 'call' })
  expect(next.event.stream).not.toBe(lost)
})

test('a forged event with the next number is detected, and another stream is opened', async () => {
  const { store, record, stats } = await openWriter()
  const [opened] = store.events
  if (!opened) throw new Error('nothing was opened')
  const { position, columns, canonical, prev } = opened
  store.events.push(new RecordedEvent({ ...position, seq: 2 }, columns, canonical, prev, Buffer.alloc(32)))
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
  await record({ kind: 'call' })
  expect(stats().stream).not.toBe(opened.event.stream)
})

test('the lease is renewed, and calls are refused while it has expired', async () => {
  let elapsed = 0
  const { store, record, stats } = await openWriter({ lease: 30_000, renewEvery: 2 }, { elapsed: () => elapsed })
  const renew = vi.spyOn(store, 'renewLease')
  await expect.poll(() => renew.mock.calls.length).toBeGreaterThan(1)
  store.behave((operation) => (operation === 'renew' ? 'refuse' : 'take'))
  elapsed = 29_999
  await record({ kind: 'call' })
  elapsed = 60_001
  await expect(record({ kind: 'call' })).rejects.toThrow('lease')
  expect(stats().available).toBe(false)
  store.behave(() => 'take')
  await expect.poll(() => stats().available).toBe(true)
  await record({ kind: 'call' })
})

test('a writer that was suspended past its lease renews it before it records an event', async () => {
  let elapsed = 0
  const { record } = await openWriter({ lease: 30_000, renewEvery: 3_600_000 }, { elapsed: () => elapsed })
  elapsed = 30_000
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
})

test('hostile values are recorded', async () => {
  const { store, record, close } = await openWriter()
  const hostile = await record({
    kind: 'refused',
    path: `/\0${'x'.repeat(100_000)}`,
    app: '\ud800',
    status: Number.NaN,
    detail: { 'a\0b': '\x1b[2J' },
  })
  expect(hostile.event.app).toBe(String.raw`\ud800`)
  expect(hostile.event.detail).toEqual({ 'a\\u0000b': String.raw`\u001b[2J` })
  expect(hostile.event.truncated?.[0]).toMatchObject({ field: 'path' })
  await close()
  expect(verifyChain(store.links)).toMatchObject({ intact: true })
})

test('opening without a store fails with the cause', async () => {
  const store = createMemoryStore()
  store.behave(() => 'refuse')
  const writer = createAuditWriter({ store, clock: { now: () => start }, host: 'h', pid: 1 })
  await expect(writer.open()).rejects.toMatchObject({
    code: 'RGW_AUDIT_UNAVAILABLE',
    cause: expect.objectContaining({ message: 'connection refused' }),
  })
  await expect(writer.record({ kind: 'call' })).rejects.toEqual(unavailable)
  await writer.close()
})

test('closing waits for the current batch, rejects new events, and can be repeated', async () => {
  const { store, record, close } = await openWriter()
  const last = record({ kind: 'call' })
  const ends = [close(), close()]
  await expect(record({ kind: 'call' })).rejects.toEqual(unavailable)
  await Promise.all([last, ...ends])
  expect(kindsOf(store)).toEqual(['stream.opened', 'call', 'stream.closed'])
})
