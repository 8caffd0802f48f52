import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { expect, onTestFinished, test, vi } from 'vitest'
import { RecordingUnavailable } from '../errors.ts'
import type { RecordingGap } from '../recording.ts'
import type { RecordingRequest } from '../recordings.ts'
import { compileSecrets } from '../secret-finder.ts'
import { keysOf, readCast } from '../testing/casts.ts'
import { createFaultyThreads } from '../testing/faulty-threads.ts'
import { createRecordingsThread, type RecordingsThreadOptions } from './recordings-thread.ts'

const id = '01a21006-6e55-7646-9171-966421143187'
const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'
const header = { cols: 120, rows: 40, startedAt: 1_700_000_000_000, command: 'bash', title: 'exec web-1' }
const kibibyte = 1024

async function recorder(options: Partial<RecordingsThreadOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'recordings-thread-'))
  const store = await openObjectStore(readObjectStoreAddress(directory))
  const threads = createFaultyThreads(directory)
  const gaps: RecordingGap[] = []
  const errors: string[] = []
  const recordings = createRecordingsThread({
    store,
    deriveKeys: keysOf('k'),
    start: threads.start,
    settleTimeout: 100,
    restartAfter: 0,
    onError: (error) => errors.push(error instanceof Error ? error.message : ''),
    ...options,
    limits: { backOff: 5, maxBackOff: 20, drainTimeout: 5_000, ...options.limits },
  })
  onTestFinished(async () => {
    for (const name of ['stalls', 'sleeps', 'fails', 'dies'] as const) threads.set(name, false)
    await recordings.close()
    await rm(directory, { recursive: true })
  })
  const request: RecordingRequest = {
    id,
    header,
    mode: 'strict',
    secrets: null,
    onGap: (gap) => gaps.push(gap),
  }
  return { recordings, store, threads, gaps, errors, request }
}

/** A strict and a best-effort session of a thread that sleeps. */
async function sessionsOfSleepingThread({ recordings, threads, request }: Awaited<ReturnType<typeof recorder>>) {
  const strict = await recordings.begin(request)
  threads.set('sleeps', true)
  const other = await recordings.begin({ ...request, id: id.replace('7', '8'), mode: 'best-effort' })
  const [told, otherTold] = [session(), session()]
  strict.attach(told)
  other.attach(otherTold)
  await expect.poll(() => threads.isAsleep()).toBe(true)
  return { strict, told: told.calls, other, otherTold: otherTold.calls }
}

/** A session that records the calls of its recording. */
function session() {
  const calls: string[] = []
  return {
    calls,
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    end: (reason: string) => void calls.push(reason),
  }
}

const letters = (count: number) => Buffer.from(Array.from({ length: count }, (_, at) => 97 + (at % 26)))

test('a recording has the output, the input, and the exit status, with secrets redacted', async () => {
  const { recordings, store, request } = await recorder()
  const secrets = compileSecrets([{ value: 'correct horse battery staple', mark: '[hidden PASS]' }])
  const recording = await recordings.begin({ ...request, secrets })
  recording.write('o', Buffer.from('$ '), true)
  recording.write('i', Buffer.from('ls\r'), true)
  recording.write('o', Buffer.from('correct horse bat'), true)
  recording.write('o', Buffer.from('tery staple \xff\n', 'latin1'), true)
  recording.write('o', Buffer.from(`${marker}:`), false)
  recording.write('o', Buffer.from('7\n'), true)
  recording.onRackEnd()
  const proven = await recording.finish('detached: the client hung up')
  await expect.poll(async () => (await readCast(store, id, { proven })).check.state).toBe('complete')
  const cast = await readCast(store, id, { proven })
  expect(cast.output).toEqual(Buffer.from('$ [hidden PASS] \xff\n', 'latin1'))
  expect(cast.input.toString()).toBe('ls\r')
  expect(cast.events.slice(-2)).toEqual([
    [expect.any(Number), 'm', 'ended'],
    [0, 'x', '7'],
  ])
  expect(proven).toMatchObject({ id, lost: 0, bytes: cast.check.bytes, head: cast.check.head })
})

test('events have the time at which the bytes arrived, however late the thread reads them', async () => {
  const { recordings, store, threads, request } = await recorder()
  threads.set('sleeps', true)
  const beginning = recordings.begin({ ...request, mode: 'best-effort' })
  const recording = await beginning
  await expect.poll(() => threads.isAsleep()).toBe(true)
  const first = takenBetween(() => recording.write('o', Buffer.from('one'), true))
  await expect.poll(() => performance.now() - first.after).toBeGreaterThan(100)
  const second = takenBetween(() => recording.write('o', Buffer.from('two'), true))
  threads.set('sleeps', false)
  const proven = await recording.finish('ended')
  await expect.poll(async () => (await readCast(store, id, { proven })).check.state).toBe('complete')
  const interval = (await readCast(store, id)).events.find(([, , text]) => text === 'two')?.[0] ?? 0
  // Times have millisecond resolution.
  expect(interval * 1_000).toBeGreaterThanOrEqual(second.before - first.after - 1)
  expect(interval * 1_000).toBeLessThanOrEqual(second.after - first.before + 1)
})

function takenBetween(take: () => void) {
  const before = performance.now()
  take()
  return { before, after: performance.now() }
}

test('many concurrent sessions with pieces of all sizes are restored, and are paused while the ring is full', async () => {
  const { recordings, store, request } = await recorder({ ringSize: 256 * kibibyte, limits: { chunkBytes: 50_000 } })
  const sizes = [1, 23, 24, 25, 1_000, 40_000, 64 * kibibyte, 64 * kibibyte + 1, 200_000]
  const sessions = await Promise.all(
    sizes.map(async (size, at) => {
      const live = session()
      const name = `${id.slice(0, -2)}0${at}`
      const recording = await recordings.begin({ ...request, id: name })
      recording.attach(live)
      return { size, live, name, recording, sent: [] as Buffer[] }
    }),
  )
  const isPaused = ({ calls }: ReturnType<typeof session>) => calls.at(-1) === 'pause'
  for (let round = 0; round < 30; round++)
    for (const { size, live, recording, sent } of sessions) {
      await expect.poll(() => isPaused(live), { interval: 1 }).toBe(false)
      const piece = letters(size + round)
      recording.write('o', piece, round % 3 === 0)
      sent.push(piece)
    }
  expect(sessions.some(({ live }) => live.calls.includes('pause'))).toBe(true)
  for (const { name, recording, sent, live } of sessions) {
    const proven = await recording.finish('ended')
    await expect.poll(async () => (await readCast(store, name, { proven })).check.state).toBe('complete')
    expect((await readCast(store, name, { proven })).output.equals(Buffer.concat(sent))).toBe(true)
    await expect.poll(() => isPaused(live)).toBe(false)
  }
})

test('while the thread does not read, only the session with much output is paused, and no output is lost', async () => {
  const made = await recorder({ ringSize: 256 * kibibyte })
  const { store, threads } = made
  const { strict, told, other, otherTold } = await sessionsOfSleepingThread(made)
  const sent: Buffer[] = []
  // Bytes that were read before the pause are still written.
  while (sent.length < 10) {
    const piece = letters(60_000 + sent.length)
    strict.write('o', piece, true)
    sent.push(piece)
  }
  expect(told).toEqual(['pause'])
  expect(otherTold).toEqual([])
  const finishing = strict.finish('cut: the client hung up')
  threads.set('sleeps', false)
  const proven = await finishing
  await expect.poll(async () => (await readCast(store, id, { proven })).check.state).toBe('complete')
  expect((await readCast(store, id)).output.equals(Buffer.concat(sent))).toBe(true)
  await expect.poll(() => told).toEqual(['pause', 'resume'])
  await other.finish('ended')
})

test('a store that stalls pauses a strict session until it accepts chunks', async () => {
  const limits = { chunkBytes: 1_000, queueBytes: 4_000 }
  const { recordings, store, threads, request, gaps } = await recorder({ limits })
  const recording = await recordings.begin(request)
  const live = session()
  recording.attach(live)
  threads.set('stalls', true)
  for (let count = 0; count < 10; count++) recording.write('o', letters(1_000), true)
  await expect.poll(() => live.calls).toEqual(['pause'])
  await expect.poll(() => recordings.stats().waitingChunks).toBeGreaterThan(3)
  threads.set('stalls', false)
  await expect.poll(() => live.calls).toEqual(['pause', 'resume'])
  const proven = await recording.finish('ended')
  await expect.poll(async () => (await readCast(store, id, { proven })).check.state).toBe('complete')
  expect([(await readCast(store, id)).output.length, gaps]).toEqual([10_000, []])
})

test('a best-effort session continues, and its gap is reported before its end', async () => {
  const limits = { chunkBytes: 1_000, queueBytes: 4_000, maxHold: 0 }
  const { recordings, store, threads, request, gaps } = await recorder({ limits })
  const recording = await recordings.begin({ ...request, mode: 'best-effort' })
  await expect.poll(() => recordings.stats().stored).toBe(1)
  threads.set('stalls', true)
  for (let count = 0; count < 20; count++) recording.write('o', letters(1_000), true)
  await expect.poll(() => recordings.stats().waitingBytes).toBeGreaterThan(3_000)
  const proven = await recording.finish('ended')
  expect(gaps).toEqual([
    expect.objectContaining({ recording: id, bytes: proven.lost, reason: 'the store is too slow' }),
  ])
  expect(recordings.stats().lostBytes).toBe(proven.lost)
  threads.set('stalls', false)
  await expect.poll(async () => (await readCast(store, id, { proven })).check.state).toBe('complete')
})

test('a strict session is refused if the store fails, and ended if the store fails later', async () => {
  const { recordings, threads, request, errors } = await recorder({ limits: { flushAfter: 1, strictTimeout: 50 } })
  threads.set('fails', true)
  await expect(recordings.begin(request)).rejects.toBeInstanceOf(RecordingUnavailable)
  expect(errors).toEqual(['no space left on device'])
  threads.set('fails', false)
  const recording = await recordings.begin({ ...request, id: id.replace('7', '8') })
  threads.set('fails', true)
  recording.write('o', letters(10), true)
  await expect.poll(() => recordings.stats()).toMatchObject({ failing: 1, failingFor: expect.any(Number) })
  const live = session()
  await expect.poll(() => recordings.stats().failingFor).toBeGreaterThan(100)
  recording.attach(live)
  await expect.poll(() => live.calls).toEqual([expect.stringContaining('cannot be stored')])
  threads.set('fails', false)
  await recording.finish('cut')
  await expect.poll(() => recordings.stats()).toMatchObject({ open: 0, failing: 0, failingFor: 0, waitingBytes: 0 })
})

test('when the thread dies a strict session ends, a best-effort session gets a gap, stored chunks count, and the next session is recorded', async () => {
  const { recordings, store, threads, request, gaps, errors } = await recorder({ limits: { flushAfter: 1 } })
  const strict = await recordings.begin(request)
  const other = await recordings.begin({ ...request, id: id.replace('7', '8'), mode: 'best-effort' })
  const [live, goesOn] = [session(), session()]
  strict.attach(live)
  other.attach(goesOn)
  strict.write('o', Buffer.from('stored'), true)
  await expect.poll(async () => (await readCast(store, id)).output.toString()).toBe('stored')
  threads.set('dies', true)
  strict.write('o', Buffer.from('lost'), true)
  await expect.poll(() => live.calls).toEqual(['This session must be recorded, but the recording thread failed.'])
  expect(goesOn.calls).toEqual([])
  expect(errors).toEqual(['the recording thread failed: the thread fails in a test'])
  threads.set('dies', false)
  other.write('o', letters(1_234), true)
  const [ended, went] = await Promise.all([strict.finish('cut'), other.finish('ended')])
  const { check } = await readCast(store, id)
  expect(check.state).toBe('cut')
  expect(ended).toEqual({ id, chunks: 2, bytes: check.bytes, head: check.head, lost: null })
  expect(went).toMatchObject({ chunks: 1, lost: null })
  const reason = 'the recording thread failed, and its unstored chunks are also missing'
  const durationMs = expect.any(Number)
  expect(gaps).toEqual([
    { recording: id, reason, bytes: 0, durationMs },
    { recording: other.id, reason, bytes: 1_234, durationMs },
  ])
  expect(recordings.stats()).toMatchObject({ lostBytes: 1_234, open: 0 })
  const next = await recordings.begin({ ...request, id: id.replace('7', '9') })
  next.write('o', Buffer.from('again'), true)
  const proven = await next.finish('ended')
  await expect.poll(async () => (await readCast(store, next.id, { proven })).check.state).toBe('complete')
  expect(threads.started).toHaveLength(2)
})

test('a thread that hangs is terminated: a strict session ends, a best-effort session gets a gap, and new sessions are refused', async () => {
  const made = await recorder({ ringSize: 256 * kibibyte, pingEvery: 150 })
  const { recordings, threads, request, gaps, errors } = made
  const { strict, told, other, otherTold } = await sessionsOfSleepingThread(made)
  other.write('o', letters(200_000), true)
  expect(otherTold).toEqual(['pause'])
  await expect(recordings.begin({ ...request, id: id.replace('7', '9') })).rejects.toBeInstanceOf(RecordingUnavailable)
  await expect.poll(() => told).toEqual([expect.stringContaining('the recording thread failed')])
  expect(otherTold).toEqual(['pause', 'resume'])
  expect(errors).toEqual(['the recording thread does not answer'])
  threads.set('sleeps', false)
  await Promise.all([strict.finish('cut'), other.finish('ended')])
  expect(gaps.find(({ recording }) => recording === other.id)?.bytes).toBeGreaterThan(190_000)
})

test('chunks of a finished recording that were not stored when the thread died are a gap', async () => {
  const { recordings, threads, request, gaps } = await recorder()
  const recording = await recordings.begin(request)
  threads.set('dies', true)
  recording.write('o', letters(100), true)
  await recording.finish('ended')
  const reason = 'the recording thread failed before all of it was stored'
  await expect.poll(() => gaps).toEqual([{ recording: id, reason, bytes: 0, durationMs: 0 }])
})

test('recordings are refused after close, right after a thread died, and if no thread can start', async () => {
  const { recordings, threads, request } = await recorder({ restartAfter: 200 })
  const begin = (number: number) => recordings.begin({ ...request, id: id.replace('7', String(number)) })
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000)
  threads.set('dies', true)
  await expect(begin(1)).rejects.toBeInstanceOf(RecordingUnavailable)
  threads.set('dies', false)
  clock.mockReturnValue(1_199)
  await expect(begin(2)).rejects.toBeInstanceOf(RecordingUnavailable)
  expect(threads.started).toHaveLength(1)
  clock.mockReturnValue(1_200)
  await begin(3)
  expect(threads.started).toHaveLength(2)
  clock.mockRestore()
  const closing = recordings.close()
  await expect(begin(4)).rejects.toBeInstanceOf(RecordingUnavailable)
  for (const worker of threads.started) await worker.terminate()
  await closing
  const failing = await recorder({
    start() {
      throw new Error('no more threads')
    },
  })
  failing.recordings.prepare()
  await expect(failing.recordings.begin(request)).rejects.toBeInstanceOf(RecordingUnavailable)
  expect(failing.errors).toEqual(['no more threads', 'no more threads'])
})

test('a session that begins while the thread dies is refused', async () => {
  const { recordings, threads, request } = await recorder()
  threads.set('dies', true)
  const beginning = [recordings.begin(request), recordings.begin({ ...request, id: id.replace('7', '8') })]
  for (const begun of await Promise.allSettled(beginning))
    expect(begun).toMatchObject({ status: 'rejected', reason: { code: 'RGW_RECORDING_UNAVAILABLE' } })
})

test('close waits for sessions that are ending and for queued chunks', async () => {
  const { recordings, store, threads, request } = await recorder()
  const recording = await recordings.begin(request)
  recording.write('o', Buffer.from('until the end'), true)
  let closed = false
  const closing = recordings.close().then(() => {
    closed = true
  })
  await expect.poll(() => threads.started).toHaveLength(1)
  expect(closed).toBe(false)
  const proven = await recording.finish('cut: the gateway')
  await closing
  const cast = await readCast(store, id, { proven })
  expect([cast.check.state, cast.output.toString()]).toEqual(['complete', 'until the end'])
})

test('the thread starts with prepare, and ends with close', async () => {
  const { recordings, threads } = await recorder()
  expect(threads.started).toHaveLength(0)
  recordings.prepare()
  recordings.prepare()
  expect(threads.started).toHaveLength(1)
  const exited = vi.fn()
  threads.started[0]?.once('exit', exited)
  await recordings.close()
  expect(exited).toHaveBeenCalledWith(0)
})

test('a recording is stored sooner while someone follows it', async () => {
  const { recordings, store, request } = await recorder({ limits: { flushAfter: 600_000, flushFollowedAfter: 10 } })
  const recording = await recordings.begin(request)
  recording.write('o', Buffer.from('before'), true)
  const release = recordings.follow(id)
  await expect.poll(async () => (await readCast(store, id)).output.toString()).toBe('before')
  recording.write('o', Buffer.from(', while'), true)
  await expect.poll(async () => (await readCast(store, id)).output.toString()).toBe('before, while')
  release()
  await recording.finish('ended')
})

test('sessions share a secret finder, and the thread drops it after the last one', async () => {
  const { recordings, store, threads, request } = await recorder()
  const secrets = compileSecrets([{ value: 's3cr3t!', mark: '[hidden KEY]' }])
  recordings.prepare()
  const posted = vi.spyOn(threads.started[0] as NonNullable<(typeof threads.started)[0]>, 'postMessage')
  const kinds = () =>
    posted.mock.calls
      .map(([message]) => message.kind)
      .filter((kind) => kind === 'add-finder' || kind === 'remove-finder')
  const [one, other] = [
    await recordings.begin({ ...request, secrets }),
    await recordings.begin({ ...request, id: id.replace('7', '8'), secrets }),
  ]
  expect(kinds()).toEqual(['add-finder'])
  await one.finish('ended')
  expect(kinds()).toEqual(['add-finder'])
  other.write('o', Buffer.from('a s3cr3t! word'), true)
  await other.finish('ended')
  expect(kinds()).toEqual(['add-finder', 'remove-finder'])
  const third = await recordings.begin({ ...request, id: id.replace('7', '9'), secrets })
  expect(kinds()).toEqual(['add-finder', 'remove-finder', 'add-finder'])
  third.write('o', Buffer.from('s3cr3t!'), true)
  await third.finish('ended')
  for (const [recording, text] of [
    [other, 'a [hidden KEY] word'],
    [third, '[hidden KEY]'],
  ] as const)
    await expect.poll(async () => (await readCast(store, recording.id)).output.toString()).toBe(text)
})
