import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ObjectStore } from '@rack-gateway/object-store'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { hasMoto, startMoto, startS3Server } from '@rack-gateway/object-store/testing'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { chunkKey } from './chunk.ts'
import { RecordingUnavailable } from './errors.ts'
import type { RecordingLimits } from './limits.ts'
import type { RecordingGap } from './recording.ts'
import { createRecordings, type RecordingRequest } from './recordings.ts'
import { compileSecrets } from './secret-finder.ts'
import { keysOf, readCast } from './testing/casts.ts'
import { directoryStore, memoryStore } from './testing/stores.ts'

const id = '01a21006-6e55-7646-9171-966421143187'
const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'
const header = { cols: 120, rows: 40, startedAt: 1_700_000_000_000, command: 'bash', title: 'exec web-1' }
const request: RecordingRequest = { id, header, mode: 'strict', secrets: null, onGap() {} }

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})

/** Recordings with a clock that the test controls. */
function recorder(store: ObjectStore, limits: Partial<RecordingLimits> = {}) {
  const gaps: RecordingGap[] = []
  const errors: unknown[] = []
  const clock = { now: 0 }
  const begin = (recording: RecordingRequest) => recordings.begin({ ...recording, onGap: (gap) => gaps.push(gap) })
  const recordings = createRecordings({
    store,
    deriveKeys: keysOf('k'),
    limits: { backOff: 5, maxBackOff: 20, ...limits },
    elapsed: () => clock.now,
    onError: (error) => errors.push(error),
  })
  return { recordings: { ...recordings, begin }, gaps, errors, clock }
}

function session() {
  const calls = { held: 0, resumed: 0, ended: [] as string[] }
  return {
    calls,
    pause() {
      calls.held += 1
    },
    resume() {
      calls.resumed += 1
    },
    end(reason: string) {
      calls.ended.push(reason)
    },
  }
}

async function s3(objectLock: boolean, endpoint: string): Promise<ObjectStore> {
  const address = readObjectStoreAddress(`s3://records/cast?region=us-east-1&endpoint=${endpoint}`)
  const lock = { mode: 'compliance', duration: 86_400_000 } as const
  const store = await openObjectStore(address, objectLock ? { lock } : {})
  onTestFinished(() => store.close())
  return store
}

async function mockStore(objectLock: boolean): Promise<ObjectStore> {
  const server = await startS3Server({ bucket: 'records', objectLock })
  onTestFinished(() => server.close())
  return s3(objectLock, server.endpoint)
}

async function motoStore(): Promise<ObjectStore> {
  const moto = await startMoto()
  onTestFinished(() => moto.close())
  // Moto creates a bucket for a plain PUT with any credential.
  await fetch(`${moto.endpoint}/records`, {
    method: 'PUT',
    headers: {
      'x-amz-bucket-object-lock-enabled': 'true',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x',
    },
  })
  return s3(true, moto.endpoint)
}

const stores: readonly (readonly [string, boolean, () => Promise<ObjectStore>])[] = [
  ['a directory', true, directoryStore],
  ['S3 (our mock)', true, () => mockStore(false)],
  ['S3 with Object Lock (our mock)', true, () => mockStore(true)],
  ['S3 with Object Lock (moto, a mock)', hasMoto, motoStore],
]

for (const [name, isAvailable, open] of stores) {
  describe.skipIf(!isAvailable)(name, () => {
    test('a recording has the output, input, times, and exit status of the session', async () => {
      const store = await open()
      const { recordings, clock } = recorder(store)
      const recording = await recordings.begin(request)
      clock.now = 500
      recording.write('o', Buffer.from('$ '), true)
      clock.now = 1_500
      recording.write('i', Buffer.from('ls\r'), true)
      clock.now = 1_520
      recording.write('o', Buffer.from([0xff, 0x00, 0x1b]), true)
      recording.write('o', Buffer.from(`bye\n${marker}:7\n`), true)
      clock.now = 2_000
      const summary = recording.finish('detached: client: hung up')
      await recording.stored()
      const cast = await readCast(store, id, { proven: summary })
      expect(cast.check).toEqual({
        state: 'complete',
        problem: '',
        chunks: 2,
        bytes: summary.bytes,
        head: summary.head,
      })
      expect(cast.header).toMatchObject({ version: 3, term: { cols: 120, rows: 40 }, command: 'bash' })
      expect(cast.events).toEqual([
        [0, 'm', 'started'],
        [0.5, 'o', '$ '],
        [1, 'i', 'ls\r'],
        [0.02, 'o', '\ufffd\0\u001bbye\n'],
        [0, 'b', Buffer.from('\xff\0\x1bbye\n', 'latin1').toString('base64')],
        [0.48, 'm', 'ended'],
        [0, 'x', '7'],
      ])
      await recordings.close()
    })

    test('a recording of many chunks redacts secrets that span two chunks', async () => {
      const store = await open()
      const { recordings } = recorder(store, { chunkBytes: 64 })
      const secrets = compileSecrets([{ value: 'correct horse battery staple', mark: '[hidden PASS]' }])
      const recording = await recordings.begin({ ...request, secrets })
      const line = 'one correct horse battery staple two\n'
      for (let count = 0; count < 20; count++) recording.write('o', Buffer.from(line), true)
      const summary = recording.finish('ended')
      await recording.stored()
      expect(summary.chunks).toBeGreaterThan(10)
      const cast = await readCast(store, id, { proven: summary })
      expect(cast.check.state).toBe('complete')
      expect(cast.output.toString()).toBe('one [hidden PASS] two\n'.repeat(20))
      await recordings.close()
    })
  })
}

describe('keys', () => {
  async function recorded() {
    const store = memoryStore()
    const { recordings } = recorder(store)
    const recording = await recordings.begin(request)
    recording.write('o', Buffer.from('plain text'), true)
    recording.finish('ended')
    await recording.stored()
    return store
  }

  test('an older key decrypts a recording, another key does not', async () => {
    const store = await recorded()
    expect((await readCast(store, id, { deriveKeys: keysOf('new', 'k') })).check.state).toBe('complete')
    expect((await readCast(store, id, { deriveKeys: keysOf('new') })).check.state).toBe('broken')
  })

  test('without a key no session text is readable', async () => {
    const stored = [...(await recorded()).objects.values()]
    expect(Buffer.concat(stored).includes('plain')).toBe(false)
  })

  test('two processes that record the same session produce different chunks', async () => {
    const [one, other] = [[...(await recorded()).objects.values()], [...(await recorded()).objects.values()]]
    expect(one[1]?.subarray(26)).not.toEqual(other[1]?.subarray(26))
  })
})

describe('a change to stored chunks is detected', () => {
  const other = '01a21006-6e55-7646-9171-966421143188'
  async function recorded() {
    const store = memoryStore()
    const { recordings } = recorder(store, { chunkBytes: 16 })
    const summaries = []
    for (const one of [id, other]) {
      const recording = await recordings.begin({ ...request, id: one })
      for (let count = 0; count < 4; count++) recording.write('o', Buffer.from('0123456789abcdef'), true)
      summaries.push(recording.finish('ended'))
      await recording.stored()
    }
    const [proven = null] = summaries
    expect(proven?.chunks).toBe(6)
    return { store, proven }
  }
  const at = (store: ReturnType<typeof memoryStore>, number: number, recording = id) => {
    const found = store.objects.get(chunkKey(recording, number))
    if (!found) throw new Error(`chunk ${number} is not there`)
    return found
  }

  test.each<[string, (store: ReturnType<typeof memoryStore>) => void, string]>([
    ['edited', (store) => at(store, 2).writeUInt8(at(store, 2).readUInt8(30) ^ 1, 30), 'chunk 2 was changed'],
    [
      'swapped',
      (store) => {
        const [two, three] = [at(store, 2), at(store, 3)]
        store.objects.set(chunkKey(id, 2), three)
        store.objects.set(chunkKey(id, 3), two)
      },
      'chunk 3 is in the place of chunk 2',
    ],
    ['repeated', (store) => store.objects.set(chunkKey(id, 3), at(store, 2)), 'chunk 2 is in the place of chunk 3'],
    ['of another recording', (store) => store.objects.set(chunkKey(id, 2), at(store, 2, other)), 'chunk 2 was changed'],
    ['removed', (store) => store.objects.delete(chunkKey(id, 2)), 'chunk 2 is missing, and later chunks exist'],
    ['truncated', (store) => store.objects.set(chunkKey(id, 2), at(store, 2).subarray(0, 40)), 'chunk 2 was changed'],
    ['removed from the end', (store) => store.objects.delete(chunkKey(id, 5)), 'by the audit log, there are 6 chunks'],
    [
      'added after the end',
      (store) => store.objects.set(chunkKey(id, 6), at(store, 5)),
      'chunk 6 comes after the final chunk',
    ],
    ['renumbered', (store) => at(store, 2).writeUInt32BE(9, 6), 'chunk 2 was changed'],
    ['marked as final', (store) => at(store, 2).writeUInt8(1, 5), 'chunk 2 was changed'],
    ['all removed', (store) => store.objects.clear(), 'chunk 0 is missing'],
  ])('%s', async (_what, harm, problem) => {
    const { store, proven } = await recorded()
    harm(store)
    const { check } = await readCast(store, id, { proven })
    expect(check.state).toBe('broken')
    expect(check.problem).toContain(problem)
  })

  test('a second recording with the same key does not match the audit log', async () => {
    const { store, proven } = await recorded()
    store.objects.clear()
    const { recordings } = recorder(store)
    const recording = await recordings.begin(request)
    recording.finish('ended')
    await recording.stored()
    expect((await readCast(store, id, { proven })).check.problem).toContain('do not match the audit log')
    expect((await readCast(store, id)).check.state).toBe('complete')
  })

  test('after a crash the stored chunks are readable, and the state is cut', async () => {
    const { store } = await recorded()
    for (const number of [4, 5]) store.objects.delete(chunkKey(id, number))
    const cast = await readCast(store, id)
    expect(cast.check).toMatchObject({ state: 'cut', chunks: 4 })
    expect(cast.output.toString()).toBe('0123456789abcdef'.repeat(3))
    const { chunks, head } = cast.check
    expect((await readCast(store, id, { proven: { chunks, head } })).check.state).toBe('cut')
  })
})

describe('while the store is unavailable', () => {
  const limits = { chunkBytes: 100, queueBytes: 400, maxHold: 0, backOff: 1, maxBackOff: 2 }
  const piece = Buffer.from('x'.repeat(100))

  test('a strict session is paused until the store accepts chunks', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, limits)
    const recording = await recordings.begin(request)
    const live = session()
    recording.attach(live)
    store.stall()
    for (let count = 0; count < 10; count++) recording.write('o', piece, true)
    expect(live.calls.held).toBeGreaterThan(0)
    expect(live.calls.resumed).toBe(0)
    store.release()
    await expect.poll(() => live.calls.resumed).toBe(1)
    const proven = recording.finish('ended')
    await recording.stored()
    const cast = await readCast(store, id, { proven })
    expect([cast.check.state, cast.output.length, gaps]).toEqual(['complete', 1_000, []])
    expect(live.calls.ended).toEqual([])
  })

  test('a session that attaches to a paused recording is paused at once', async () => {
    const store = memoryStore()
    const { recordings } = recorder(store, limits)
    const recording = await recordings.begin(request)
    store.stall()
    for (let count = 0; count < 10; count++) recording.write('o', piece, true)
    const live = session()
    recording.attach(live)
    expect(live.calls).toEqual({ held: 1, resumed: 0, ended: [] })
    store.release()
    await expect.poll(() => live.calls.resumed).toBe(1)
  })

  test('a best-effort session continues, and the gap and its length are recorded', async () => {
    const store = memoryStore()
    const { recordings, gaps, clock } = recorder(store, limits)
    const recording = await recordings.begin({ ...request, mode: 'best-effort' })
    const live = session()
    recording.attach(live)
    store.stall()
    for (let count = 0; count < 10; count++) recording.write('o', piece, true)
    expect(recordings.stats().waitingBytes).toBeLessThan(1_500)
    clock.now = 2_500
    store.release()
    await expect.poll(() => gaps.length).toBe(1)
    recording.write('o', Buffer.from('again'), true)
    const proven = recording.finish('ended')
    await recording.stored()
    const [gap] = gaps
    expect(gap).toMatchObject({ recording: id, durationMs: 2_500, reason: 'the store is too slow' })
    const cast = await readCast(store, id, { proven })
    expect(cast.output.length).toBe(1_000 - (gap?.bytes ?? 0) + 5)
    expect(cast.events).toContainEqual([
      2.5,
      'm',
      `gap: ${gap?.bytes} bytes in 2500 ms are missing, because the store is too slow`,
    ])
    expect(proven.lost).toBe(gap?.bytes)
    expect([live.calls.held, live.calls.ended]).toEqual([0, []])
  })

  test('the gap of a session that ends meanwhile is reported before the end', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, limits)
    const recording = await recordings.begin({ ...request, mode: 'best-effort' })
    store.stall()
    for (let count = 0; count < 10; count++) recording.write('o', piece, true)
    const proven = recording.finish('ended')
    expect(proven.lost).toBeGreaterThan(0)
    expect(gaps).toMatchObject([{ recording: id, bytes: proven.lost, reason: 'the store is too slow' }])
    expect(recordings.stats().lostBytes).toBe(proven.lost)
    store.release()
    await recording.stored()
    expect((await readCast(store, id, { proven })).check.state).toBe('complete')
  })

  test('a best-effort session is paused first, and loses no output if the pause is enough', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, { ...limits, maxHold: 60_000 })
    const recording = await recordings.begin({ ...request, mode: 'best-effort' })
    const live = session()
    recording.attach(live)
    store.stall()
    for (let count = 0; count < 6; count++) recording.write('o', piece, true)
    expect(live.calls.held).toBe(1)
    store.release()
    await expect.poll(() => live.calls.resumed).toBe(1)
    recording.finish('ended')
    await recording.stored()
    expect([(await readCast(store, id)).output.length, gaps]).toEqual([600, []])
  })

  test('a best-effort session continues when the pause is over', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, { ...limits, maxHold: 5 })
    const recording = await recordings.begin({ ...request, mode: 'best-effort' })
    const live = session()
    recording.attach(live)
    store.stall()
    for (let count = 0; count < 6; count++) recording.write('o', piece, true)
    await expect.poll(() => live.calls.resumed).toBe(1)
    recording.write('o', piece, true)
    store.release()
    await expect.poll(() => gaps.length).toBe(1)
    expect([gaps[0]?.bytes, live.calls.held]).toEqual([100, 1])
  })

  test('a secret that began before a gap is redacted after it', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, limits)
    const secrets = compileSecrets([{ value: `${'x'.repeat(50)}tail-of-it`, mark: '[hidden]' }])
    const recording = await recordings.begin({ ...request, mode: 'best-effort', secrets })
    store.stall()
    for (let count = 0; count < 10; count++) recording.write('o', piece, true)
    recording.write('o', Buffer.from('tail'), true)
    store.release()
    await expect.poll(() => gaps.length).toBe(1)
    recording.write('o', Buffer.from('-of-it!'), true)
    recording.finish('ended')
    await recording.stored()
    const { output } = await readCast(store, id)
    expect(output.toString()).not.toContain('of-it')
    expect(output.toString().endsWith('!')).toBe(true)
  })

  test('a strict session is ended if its chunks cannot be stored for too long', async () => {
    const store = memoryStore()
    const { recordings, clock, errors } = recorder(store, { ...limits, flushAfter: 1, strictTimeout: 1_000 })
    const recording = await recordings.begin(request)
    const live = session()
    recording.attach(live)
    store.failure = new Error('no space left on device')
    recording.write('o', piece, true)
    await expect.poll(() => errors.length).toBeGreaterThan(2)
    expect(live.calls.ended).toEqual([])
    expect(recordings.stats()).toMatchObject({ failing: 1, waitingChunks: expect.any(Number) })
    clock.now = 1_000
    await expect.poll(() => live.calls.ended).toEqual([expect.stringContaining('its recording cannot be stored')])
    expect(recordings.stats().failingFor).toBe(1_000)
    // The chunks stay queued, and are stored once the store works.
    store.failure = null
    const proven = recording.finish('cut')
    await recording.stored()
    expect((await readCast(store, id, { proven })).check.state).toBe('complete')
    expect(recordings.stats()).toMatchObject({ open: 0, failing: 0, failingFor: 0, waitingBytes: 0, waitingChunks: 0 })
  })

  test('with a failing store a strict session is not opened, a best-effort session is', async () => {
    const store = memoryStore()
    store.failure = new Error('access denied')
    const { recordings } = recorder(store, limits)
    await expect(recordings.begin(request)).rejects.toBeInstanceOf(RecordingUnavailable)
    await recordings.begin({ ...request, mode: 'best-effort' })
  })

  test('a store that hangs delays neither other sessions nor the end of the process', async () => {
    const store = memoryStore()
    const { recordings } = recorder(store, { ...limits, attemptTimeout: 20, drainTimeout: 30 })
    const stuck = await recordings.begin(request)
    store.stall()
    stuck.write('o', piece, true)
    stuck.finish('ended')
    await expect(recordings.begin({ ...request, id: id.replace('7', '8') })).rejects.toThrow(RecordingUnavailable)
    await recordings.close()
    expect(store.objects.size).toBe(1)
  })

  test('all recordings together stay below the memory limit', async () => {
    const store = memoryStore()
    const { recordings } = recorder(store, {
      ...limits,
      queueBytes: 2_000,
      totalQueueBytes: 2_000,
      guaranteedQueueBytes: 200,
    })
    store.stall()
    for (let count = 0; count < 20; count++) {
      const recording = await recordings.begin({ ...request, id: `${id}-${count}`, mode: 'best-effort' })
      for (let pieces = 0; pieces < 20; pieces++) recording.write('o', piece, true)
    }
    // Each recording may exceed its guarantee by its last chunk of fewer than 200 bytes.
    expect(recordings.stats().waitingBytes).toBeLessThan(2_000 + 20 * (200 + 200))
    store.release()
  })
})

describe('an exit status', () => {
  async function events(...frames: readonly (readonly string[])[]) {
    const store = memoryStore()
    const { recordings } = recorder(store)
    const recording = await recordings.begin(request)
    for (const pieces of frames)
      for (const [index, piece] of pieces.entries())
        recording.write('o', Buffer.from(piece), index === pieces.length - 1)
    recording.finish('ended')
    await recording.stored()
    return (await readCast(store, id)).events.slice(1)
  }

  test('is read from the marker at the end of a message, however the message is split', async () => {
    const expected = [
      [0, 'o', 'bye\n'],
      [0, 'm', 'ended'],
      [0, 'x', '12'],
    ]
    expect(await events(['bye\n'], [`${marker}:12\n`])).toEqual(expected)
    expect(await events([`bye\n${marker}:12\n`])).toEqual(expected)
    expect(await events([`bye\n${marker.slice(0, 9)}`, `${marker.slice(9)}:1`, '2\n'])).toEqual(expected)
  })

  test.each([
    [`${marker}:12`],
    [`${marker}:\n`],
    [`${marker}:x\n`],
    [`${marker}:12\n `],
    [`${marker.toLowerCase()}:12\n`],
    [`${marker}:12345678901234567890\n`],
  ])('is not read from %j', async (text) => {
    expect(await events([text])).toEqual([
      [0, 'o', text],
      [0, 'm', 'ended'],
    ])
  })

  test('printed by the process itself does not hide later output', async () => {
    expect(await events([`${marker}:0\n`], ['more'])).toEqual([
      [0, 'm', 'exit code 0 was printed, but more output followed'],
      [0, 'o', 'more'],
      [0, 'm', 'ended'],
    ])
  })
})

test('close waits for sessions that are ending, and then no strict session begins', async () => {
  const store = memoryStore()
  const { recordings } = recorder(store)
  const recording = await recordings.begin(request)
  let closed = false
  const closing = recordings.close().then(() => {
    closed = true
  })
  await setImmediate()
  expect(closed).toBe(false)
  const proven = recording.finish('cut: the gateway')
  await closing
  expect((await readCast(store, id, { proven })).check.state).toBe('complete')
  await expect(recordings.begin(request)).rejects.toBeInstanceOf(RecordingUnavailable)
})

test('a recording is stored sooner while someone follows it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const store = memoryStore()
  const { recordings } = recorder(store, { flushAfter: 5_000, flushFollowedAfter: 500 })
  const recording = await recordings.begin(request)
  const stored = async (after: number) => {
    await vi.advanceTimersByTimeAsync(after)
    return (await readCast(store, id)).output.toString()
  }
  recording.write('o', Buffer.from('before'), true)
  const stopFollowing = recordings.follow(id)
  expect(await stored(0)).toBe('before')
  recording.write('o', Buffer.from(', while'), true)
  expect(await stored(500)).toBe('before, while')
  stopFollowing()
  recording.write('o', Buffer.from(', after'), true)
  expect(await stored(4_999)).toBe('before, while')
  expect(await stored(1)).toBe('before, while, after')
})

test('an idle recording has no timer; received bytes are stored after a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const store = memoryStore()
  const { recordings } = recorder(store, { flushAfter: 5_000 })
  const recording = await recordings.begin(request)
  expect(vi.getTimerCount()).toBe(0)
  recording.write('o', Buffer.from('$ '), true)
  recording.write('o', Buffer.from('ls'), true)
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(4_999)
  expect(store.objects.size).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect([store.objects.size, vi.getTimerCount()]).toEqual([2, 0])
  expect((await readCast(store, id)).output.toString()).toBe('$ ls')
})

test('idle recordings have no buffers', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { recordings } = recorder({ ...memoryStore(), async put() {} })
  const held = []
  const before = bufferBytes()
  for (let count = 0; count < 600; count++) {
    const recording = await recordings.begin({ ...request, id: `${id.slice(0, -4)}${String(count).padStart(4, '0')}` })
    // The first piece is encrypted at once, the second stays in the journal.
    for (let part = 0; part < 2; part++) recording.write('o', Buffer.alloc(33_000 - part * 4_000, 'x'), true)
    held.push(recording)
  }
  expect(bufferBytes() - before).toBeGreaterThan(600 * 64 * 1024)
  await vi.advanceTimersByTimeAsync(5_000)
  await Promise.all(held.map((recording) => recording.stored()))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(bufferBytes() - before).toBeLessThan(600 * 4 * 1024)
})

function bufferBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  collect()
  collect()
  return process.memoryUsage().arrayBuffers
}

test('a recording error ends a strict session, and not a best-effort session', async () => {
  const failing = { findPartialMatch: () => raise(), find: () => raise() } as unknown as NonNullable<
    RecordingRequest['secrets']
  >
  const none = { ...header, command: '' }
  for (const [mode, ended] of [
    ['best-effort', 0],
    ['strict', 1],
  ] as const) {
    const { recordings } = recorder(memoryStore(), { chunkBytes: 4 })
    const secrets = compileSecrets([{ value: 'correct horse', mark: '[hidden]' }])
    const recording = await recordings.begin({ ...request, header: none, mode, secrets })
    if (secrets) Object.assign(secrets, failing)
    recording.write('o', Buffer.from('more than a chunk'), true)
    const { calls, ...live } = session()
    recording.attach(live)
    expect(calls.ended).toHaveLength(ended)
  }
})

function raise(): never {
  throw new Error('no')
}

test('the first chunk has the command with its secrets redacted', async () => {
  const store = memoryStore()
  const { recordings } = recorder(store)
  const secrets = compileSecrets([{ value: 's3cr3t!', mark: '[hidden KEY]' }])
  await recordings.begin({ ...request, header: { ...header, command: 'login s3cr3t!' }, secrets })
  expect((await readCast(store, id)).header).toMatchObject({ command: 'login [hidden KEY]' })
})

test.each([1, 7, 1_000, 32_767, 32_769, 100_000])(
  'messages of %i bytes are restored, with secrets redacted and the exit status read',
  async (size) => {
    const store = memoryStore()
    const { recordings } = recorder(store)
    const secrets = compileSecrets([{ value: 'correct horse battery staple', mark: '[hidden PASS]' }])
    const recording = await recordings.begin({ ...request, secrets })
    const lines = Math.max(20, Math.ceil((size * 3) / 60))
    const bytes = Buffer.from('“one” \u001b[1mcorrect horse battery staple\u001b[0m two \\ "€"\r\n'.repeat(lines))
    for (let at = 0; at < bytes.length; at += size) recording.write('o', bytes.subarray(at, at + size), true)
    recording.write('o', Buffer.from(`${marker}:3\n`), true)
    const summary = recording.finish('ended')
    await recording.stored()
    const cast = await readCast(store, id, { proven: summary })
    expect(cast.check.state).toBe('complete')
    expect(cast.output.toString()).toBe('“one” \u001b[1m[hidden PASS]\u001b[0m two \\ "€"\r\n'.repeat(lines))
    expect(cast.events.slice(-2).map(([, code, text]) => [code, text])).toEqual([
      ['m', 'ended'],
      ['x', '3'],
    ])
  },
)

test('no chunk has more session bytes than the limit', async () => {
  const store = memoryStore()
  const { recordings } = recorder(store, { chunkBytes: 100_000 })
  const recording = await recordings.begin(request)
  for (let count = 0; count < 44; count++) recording.write('o', Buffer.alloc(10_001, 'x'), true)
  const summary = recording.finish('ended')
  await recording.stored()
  // The header chunk, four full chunks, the chunk in progress at the end, and the final chunk. A chunk in progress is
  // marked as not final when it begins, so it cannot become the final one.
  expect(summary.chunks).toBe(7)
  for (const chunk of store.objects.values()) expect(chunk.length).toBeLessThan(101_000)
  const cast = await readCast(store, id, { proven: summary })
  expect([cast.check.state, cast.output.length]).toEqual(['complete', 440_044])
})

test('concurrent recordings do not mix their bytes', async () => {
  const store = memoryStore()
  const { recordings } = recorder(store, { chunkBytes: 50_000 })
  const sizes = [1, 23, 1_000, 40_000, 65_537, 200_000]
  const sessions = await Promise.all(
    sizes.map(async (size, at) => {
      const name = `${id.slice(0, -1)}${at}`
      return { size, name, sent: [] as Buffer[], recording: await recordings.begin({ ...request, id: name }) }
    }),
  )
  for (let round = 0; round < 30; round++) {
    for (const { size, sent, recording } of sessions) {
      const piece = Buffer.alloc(size + round, `${size} bytes in round ${round}; `)
      recording.write('o', piece, round % 3 === 0)
      sent.push(piece)
    }
    // Stored chunks return their memory, which other recordings reuse.
    await setImmediate()
  }
  for (const { name, sent, recording } of sessions) {
    const proven = recording.finish('ended')
    await recording.stored()
    const { check, output } = await readCast(store, name, { proven })
    expect([check.state, output.equals(Buffer.concat(sent))]).toEqual(['complete', true])
  }
})
