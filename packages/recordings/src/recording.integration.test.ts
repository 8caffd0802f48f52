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
import { createRecordings, type NewRecording } from './recordings.ts'
import { compileSecrets } from './secret-finder.ts'
import { keysOf, readCast } from './testing/casts.ts'
import { directoryStore, memoryStore } from './testing/stores.ts'

const id = '01a21006-6e55-7646-9171-966421143187'
const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'
const header = { cols: 120, rows: 40, startedAt: 1_700_000_000_000, command: 'bash', title: 'exec web-1' }
const wanted: NewRecording = { id, header, mode: 'strict', input: true, secrets: null, onGap() {} }

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})

/** Recordings with a clock that only a test moves. */
function recorder(store: ObjectStore, limits: Partial<RecordingLimits> = {}) {
  const gaps: RecordingGap[] = []
  const errors: unknown[] = []
  const clock = { now: 0 }
  const begin = (recording: NewRecording) => recordings.begin({ ...recording, onGap: (gap) => gaps.push(gap) })
  const recordings = createRecordings({
    store,
    deriveKeys: keysOf('k'),
    limits: { backOff: 5, longestBackOff: 20, ...limits },
    elapsed: () => clock.now,
    onError: (error) => errors.push(error),
  })
  return { recordings: { ...recordings, begin }, gaps, errors, clock }
}

function session() {
  const said = { held: 0, resumed: 0, ended: [] as string[] }
  return {
    said,
    hold() {
      said.held += 1
    },
    resume() {
      said.resumed += 1
    },
    end(reason: string) {
      said.ended.push(reason)
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
  // A bucket of moto's is made by a plain PUT with any credential.
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

for (const [name, isHere, open] of stores) {
  describe.skipIf(!isHere)(name, () => {
    test('a session comes back: output, input, times, exit status', async () => {
      const store = await open()
      const { recordings, clock } = recorder(store)
      const recording = await recordings.begin(wanted)
      clock.now = 500
      recording.take('o', Buffer.from('$ '), true)
      clock.now = 1_500
      recording.take('i', Buffer.from('ls\r'), true)
      clock.now = 1_520
      recording.take('o', Buffer.from([0xff, 0x00, 0x1b]), true)
      recording.take('o', Buffer.from(`bye\n${marker}:7\n`), true)
      clock.now = 2_000
      const summary = recording.finish('detached: client: hung up')
      await recording.stored()
      const cast = await readCast(store, id, { proven: summary })
      expect(cast.verdict).toEqual({
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

    test('a session of many chunks, with secrets over their borders', async () => {
      const store = await open()
      const { recordings } = recorder(store, { chunk: 64 })
      const secrets = compileSecrets([{ value: 'correct horse battery staple', mark: '[hidden PASS]' }])
      const recording = await recordings.begin({ ...wanted, secrets })
      const line = 'one correct horse battery staple two\n'
      for (let count = 0; count < 20; count++) recording.take('o', Buffer.from(line), true)
      const summary = recording.finish('ended')
      await recording.stored()
      expect(summary.chunks).toBeGreaterThan(10)
      const cast = await readCast(store, id, { proven: summary })
      expect(cast.verdict.state).toBe('complete')
      expect(cast.output.toString()).toBe('one [hidden PASS] two\n'.repeat(20))
      await recordings.close()
    })
  })
}

describe('keys', () => {
  async function recorded() {
    const store = memoryStore()
    const { recordings } = recorder(store)
    const recording = await recordings.begin(wanted)
    recording.take('o', Buffer.from('plain text'), true)
    recording.finish('ended')
    await recording.stored()
    return store
  }

  test('an older one still opens, another one does not', async () => {
    const store = await recorded()
    expect((await readCast(store, id, { deriveKeys: keysOf('new', 'k') })).verdict.state).toBe('complete')
    expect((await readCast(store, id, { deriveKeys: keysOf('new') })).verdict.state).toBe('broken')
  })

  test('nothing of a session is readable without one', async () => {
    const stored = [...(await recorded()).objects.values()]
    expect(Buffer.concat(stored).includes('plain')).toBe(false)
  })

  test('two recordings of the same share nothing, and neither do two processes of one', async () => {
    const [one, other] = [[...(await recorded()).objects.values()], [...(await recorded()).objects.values()]]
    expect(one[1]?.subarray(26)).not.toEqual(other[1]?.subarray(26))
  })
})

describe('what was done to stored chunks is found', () => {
  const other = '01a21006-6e55-7646-9171-966421143188'
  async function recorded() {
    const store = memoryStore()
    const { recordings } = recorder(store, { chunk: 16 })
    const summaries = []
    for (const one of [id, other]) {
      const recording = await recordings.begin({ ...wanted, id: one })
      for (let count = 0; count < 4; count++) recording.take('o', Buffer.from('0123456789abcdef'), true)
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
      'in the place of chunk 2 stands chunk 3',
    ],
    ['repeated', (store) => store.objects.set(chunkKey(id, 3), at(store, 2)), 'in the place of chunk 3 stands chunk 2'],
    ['of another recording', (store) => store.objects.set(chunkKey(id, 2), at(store, 2, other)), 'chunk 2 was changed'],
    ['taken out', (store) => store.objects.delete(chunkKey(id, 2)), 'chunk 2 is missing, and later ones are there'],
    ['cut within', (store) => store.objects.set(chunkKey(id, 2), at(store, 2).subarray(0, 40)), 'chunk 2 was changed'],
    ['cut off', (store) => store.objects.delete(chunkKey(id, 5)), 'the log says that there were 6 chunks'],
    ['added behind', (store) => store.objects.set(chunkKey(id, 6), at(store, 5)), 'chunk 6 stands after the last one'],
    ['renumbered', (store) => at(store, 2).writeUInt32BE(9, 6), 'chunk 2 was changed'],
    ['made the last one', (store) => at(store, 2).writeUInt8(1, 5), 'chunk 2 was changed'],
    ['all gone', (store) => store.objects.clear(), 'chunk 0 is missing'],
  ])('%s', async (_what, harm, problem) => {
    const { store, proven } = await recorded()
    harm(store)
    const { verdict } = await readCast(store, id, { proven })
    expect(verdict.state).toBe('broken')
    expect(verdict.problem).toContain(problem)
  })

  test('recorded anew with the same key: its chunks are not those of the log', async () => {
    const { store, proven } = await recorded()
    store.objects.clear()
    const { recordings } = recorder(store)
    const recording = await recordings.begin(wanted)
    recording.finish('ended')
    await recording.stored()
    expect((await readCast(store, id, { proven })).verdict.problem).toContain('not those that the log says')
    expect((await readCast(store, id)).verdict.state).toBe('complete')
  })

  test('what a crash leaves is whole as far as it goes, and is not taken for all', async () => {
    const { store } = await recorded()
    for (const number of [4, 5]) store.objects.delete(chunkKey(id, number))
    const cast = await readCast(store, id)
    expect(cast.verdict).toMatchObject({ state: 'cut', chunks: 4 })
    expect(cast.output.toString()).toBe('0123456789abcdef'.repeat(3))
    const { chunks, head } = cast.verdict
    expect((await readCast(store, id, { proven: { chunks, head } })).verdict.state).toBe('cut')
  })
})

describe('while the store does not take it', () => {
  const limits = { chunk: 100, waiting: 400, hold: 0, backOff: 1, longestBackOff: 2 }
  const piece = Buffer.from('x'.repeat(100))

  test('a strict session is held, and goes on when it can', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, limits)
    const recording = await recordings.begin(wanted)
    const on = session()
    recording.attach(on)
    store.stall()
    for (let count = 0; count < 10; count++) recording.take('o', piece, true)
    expect(on.said.held).toBeGreaterThan(0)
    expect(on.said.resumed).toBe(0)
    store.release()
    await expect.poll(() => on.said.resumed).toBe(1)
    const proven = recording.finish('ended')
    await recording.stored()
    const cast = await readCast(store, id, { proven })
    expect([cast.verdict.state, cast.output.length, gaps]).toEqual(['complete', 1_000, []])
    expect(on.said.ended).toEqual([])
  })

  test('a best-effort session goes on, and what is missing is said with its length', async () => {
    const store = memoryStore()
    const { recordings, gaps, clock } = recorder(store, limits)
    const recording = await recordings.begin({ ...wanted, mode: 'best-effort' })
    const on = session()
    recording.attach(on)
    store.stall()
    for (let count = 0; count < 10; count++) recording.take('o', piece, true)
    expect(recordings.stats().waitingBytes).toBeLessThan(1_500)
    clock.now = 2_500
    store.release()
    await expect.poll(() => gaps.length).toBe(1)
    recording.take('o', Buffer.from('again'), true)
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
    expect([on.said.held, on.said.ended]).toEqual([0, []])
  })

  test('a best-effort session is held for a moment first, and loses nothing when that is enough', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, { ...limits, hold: 60_000 })
    const recording = await recordings.begin({ ...wanted, mode: 'best-effort' })
    const on = session()
    recording.attach(on)
    store.stall()
    for (let count = 0; count < 6; count++) recording.take('o', piece, true)
    expect(on.said.held).toBe(1)
    store.release()
    await expect.poll(() => on.said.resumed).toBe(1)
    recording.finish('ended')
    await recording.stored()
    expect([(await readCast(store, id)).output.length, gaps]).toEqual([600, []])
  })

  test('and goes on when the moment is over', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, { ...limits, hold: 5 })
    const recording = await recordings.begin({ ...wanted, mode: 'best-effort' })
    const on = session()
    recording.attach(on)
    store.stall()
    for (let count = 0; count < 6; count++) recording.take('o', piece, true)
    await expect.poll(() => on.said.resumed).toBe(1)
    recording.take('o', piece, true)
    store.release()
    await expect.poll(() => gaps.length).toBe(1)
    expect([gaps[0]?.bytes, on.said.held]).toEqual([100, 1])
  })

  test('a secret that began before a gap does not go on behind it', async () => {
    const store = memoryStore()
    const { recordings, gaps } = recorder(store, limits)
    const secrets = compileSecrets([{ value: `${'x'.repeat(50)}tail-of-it`, mark: '[hidden]' }])
    const recording = await recordings.begin({ ...wanted, mode: 'best-effort', secrets })
    store.stall()
    for (let count = 0; count < 10; count++) recording.take('o', piece, true)
    recording.take('o', Buffer.from('tail'), true)
    store.release()
    await expect.poll(() => gaps.length).toBe(1)
    recording.take('o', Buffer.from('-of-it!'), true)
    recording.finish('ended')
    await recording.stored()
    const { output } = await readCast(store, id)
    expect(output.toString()).not.toContain('of-it')
    expect(output.toString().endsWith('!')).toBe(true)
  })

  test('a strict session is ended when it can not be stored any more', async () => {
    const store = memoryStore()
    const { recordings, clock, errors } = recorder(store, { ...limits, flushAfter: 1, patience: 1_000 })
    const recording = await recordings.begin(wanted)
    const on = session()
    recording.attach(on)
    store.failure = new Error('no space left on device')
    recording.take('o', piece, true)
    await expect.poll(() => errors.length).toBeGreaterThan(2)
    expect(on.said.ended).toEqual([])
    expect(recordings.stats()).toMatchObject({ failing: 1, waitingChunks: expect.any(Number) })
    clock.now = 1_000
    await expect.poll(() => on.said.ended).toEqual([expect.stringContaining('can not be stored any more')])
    // Nothing is given up: it is stored as soon as it can be.
    store.failure = null
    const proven = recording.finish('cut')
    await recording.stored()
    expect((await readCast(store, id, { proven })).verdict.state).toBe('complete')
    expect(recordings.stats()).toMatchObject({ open: 0, failing: 0, waitingBytes: 0, waitingChunks: 0 })
  })

  test('a strict session is not opened at all, a best-effort one is', async () => {
    const store = memoryStore()
    store.failure = new Error('access denied')
    const { recordings } = recorder(store, limits)
    await expect(recordings.begin(wanted)).rejects.toBeInstanceOf(RecordingUnavailable)
    await recordings.begin({ ...wanted, mode: 'best-effort' })
  })

  test('a store that hangs holds nobody else up, nor the end of the process', async () => {
    const store = memoryStore()
    const { recordings } = recorder(store, { ...limits, attempt: 20, drain: 30 })
    const stuck = await recordings.begin(wanted)
    store.stall()
    stuck.take('o', piece, true)
    stuck.finish('ended')
    await expect(recordings.begin({ ...wanted, id: id.replace('7', '8') })).rejects.toThrow(RecordingUnavailable)
    await recordings.close()
    expect(store.objects.size).toBe(1)
  })

  test('all recordings together hold no more than they may', async () => {
    const store = memoryStore()
    const { recordings } = recorder(store, { ...limits, waiting: 2_000, waitingInAll: 2_000, reserve: 200 })
    store.stall()
    for (let count = 0; count < 20; count++) {
      const recording = await recordings.begin({ ...wanted, id: `${id}-${count}`, mode: 'best-effort' })
      for (let pieces = 0; pieces < 20; pieces++) recording.take('o', piece, true)
    }
    // Its last chunk, of fewer than 200 bytes, may take each above what it may keep.
    expect(recordings.stats().waitingBytes).toBeLessThan(2_000 + 20 * (200 + 200))
    store.release()
  })
})

describe('an exit status', () => {
  async function events(...frames: readonly (readonly string[])[]) {
    const store = memoryStore()
    const { recordings } = recorder(store)
    const recording = await recordings.begin(wanted)
    for (const pieces of frames)
      for (const [index, piece] of pieces.entries())
        recording.take('o', Buffer.from(piece), index === pieces.length - 1)
    recording.finish('ended')
    await recording.stored()
    return (await readCast(store, id)).events.slice(1)
  }

  test('is what the marker at the end of a frame says, however the frame came', async () => {
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
  ])('is not what is no marker: %j', async (text) => {
    expect(await events([text])).toEqual([
      [0, 'o', text],
      [0, 'm', 'ended'],
    ])
  })

  test('that a process prints itself hides nothing of what it prints afterwards', async () => {
    expect(await events([`${marker}:0\n`], ['more'])).toEqual([
      [0, 'm', 'exit 0, and more came'],
      [0, 'o', 'more'],
      [0, 'm', 'ended'],
    ])
  })
})

test('the end of the process waits for sessions that are being ended', async () => {
  const store = memoryStore()
  const { recordings } = recorder(store)
  const recording = await recordings.begin(wanted)
  let closed = false
  const closing = recordings.close().then(() => {
    closed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(closed).toBe(false)
  const proven = recording.finish('cut: the gateway')
  await closing
  expect((await readCast(store, id, { proven })).verdict.state).toBe('complete')
})

test('an idle recording holds no timer; what came is stored after a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const store = memoryStore()
  const { recordings } = recorder(store, { flushAfter: 5_000 })
  const recording = await recordings.begin(wanted)
  expect(vi.getTimerCount()).toBe(0)
  recording.take('o', Buffer.from('$ '), true)
  recording.take('o', Buffer.from('ls'), true)
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(4_999)
  expect(store.objects.size).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect([store.objects.size, vi.getTimerCount()]).toEqual([2, 0])
  expect((await readCast(store, id)).output.toString()).toBe('$ ls')
})

test('idle recordings hold none of the memory that they had', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { recordings } = recorder({ ...memoryStore(), async put() {} })
  const held = []
  const before = buffersHeld()
  for (let count = 0; count < 600; count++) {
    const recording = await recordings.begin({ ...wanted, id: `${id.slice(0, -4)}${String(count).padStart(4, '0')}` })
    // Half of it is sealed at once, half is still as it came.
    for (let part = 0; part < 2; part++) recording.take('o', Buffer.alloc(33_000 - part * 4_000, 'x'), true)
    held.push(recording)
  }
  expect(buffersHeld() - before).toBeGreaterThan(600 * 64 * 1024)
  await vi.advanceTimersByTimeAsync(5_000)
  await Promise.all(held.map((recording) => recording.stored()))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(buffersHeld() - before).toBeLessThan(600 * 4 * 1024)
})

function buffersHeld(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  collect()
  collect()
  return process.memoryUsage().arrayBuffers
}

test('a best-effort session that could not be recorded from the start is not ended for it', async () => {
  const failing = { openAt: () => raise(), find: () => raise() } as unknown as NonNullable<NewRecording['secrets']>
  const none = { ...header, command: '' }
  for (const [mode, ended] of [
    ['best-effort', 0],
    ['strict', 1],
  ] as const) {
    const { recordings } = recorder(memoryStore(), { chunk: 4 })
    const secrets = compileSecrets([{ value: 'correct horse', mark: '[hidden]' }])
    const recording = await recordings.begin({ ...wanted, header: none, mode, secrets })
    if (secrets) Object.assign(secrets, failing)
    recording.take('o', Buffer.from('more than a chunk'), true)
    const { said, ...live } = session()
    recording.attach(live)
    expect(said.ended).toHaveLength(ended)
  }
})

function raise(): never {
  throw new Error('no')
}

test('its command is in the first chunk, without secrets', async () => {
  const store = memoryStore()
  const { recordings } = recorder(store)
  const secrets = compileSecrets([{ value: 's3cr3t!', mark: '[hidden KEY]' }])
  await recordings.begin({ ...wanted, header: { ...header, command: 'login s3cr3t!' }, secrets })
  expect((await readCast(store, id)).header).toMatchObject({ command: 'login [hidden KEY]' })
})

test.each([1, 7, 1_000, 32_767, 32_769, 100_000])(
  'what is sealed on the way comes back whole, in frames of %i bytes, with secrets and the exit over their borders',
  async (size) => {
    const store = memoryStore()
    const { recordings } = recorder(store)
    const secrets = compileSecrets([{ value: 'correct horse battery staple', mark: '[hidden PASS]' }])
    const recording = await recordings.begin({ ...wanted, secrets })
    const lines = Math.max(20, Math.ceil((size * 3) / 60))
    const bytes = Buffer.from('“one” \u001b[1mcorrect horse battery staple\u001b[0m two \\ "€"\r\n'.repeat(lines))
    for (let at = 0; at < bytes.length; at += size) recording.take('o', bytes.subarray(at, at + size), true)
    recording.take('o', Buffer.from(`${marker}:3\n`), true)
    const summary = recording.finish('ended')
    await recording.stored()
    const cast = await readCast(store, id, { proven: summary })
    expect(cast.verdict.state).toBe('complete')
    expect(cast.output.toString()).toBe('“one” \u001b[1m[hidden PASS]\u001b[0m two \\ "€"\r\n'.repeat(lines))
    expect(cast.events.slice(-2).map(([, code, text]) => [code, text])).toEqual([
      ['m', 'ended'],
      ['x', '3'],
    ])
  },
)

test('a chunk holds no more of a session than it may, however much of it is sealed on the way', async () => {
  const store = memoryStore()
  const { recordings } = recorder(store, { chunk: 100_000 })
  const recording = await recordings.begin(wanted)
  for (let count = 0; count < 44; count++) recording.take('o', Buffer.alloc(10_001, 'x'), true)
  const summary = recording.finish('ended')
  await recording.stored()
  // The first says what it is, four are full, one was begun before it was known to be the last, and so one more is.
  expect(summary.chunks).toBe(7)
  for (const chunk of store.objects.values()) expect(chunk.length).toBeLessThan(101_000)
  const cast = await readCast(store, id, { proven: summary })
  expect([cast.verdict.state, cast.output.length]).toEqual(['complete', 440_044])
})
