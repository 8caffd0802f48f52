import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { expect, onTestFinished, test, vi } from 'vitest'
import { RecordingUnavailable } from '../errors.ts'
import type { RecordingGap } from '../recording.ts'
import type { NewRecording } from '../recordings.ts'
import { compileSecrets } from '../secret-finder.ts'
import { keysOf, readCast } from '../testing/casts.ts'
import { obstructedThreads } from '../testing/threads.ts'
import { createRecordingsThread, type RecordingsThreadOptions } from './recordings-thread.ts'

const id = '01a21006-6e55-7646-9171-966421143187'
const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'
const header = { cols: 120, rows: 40, startedAt: 1_700_000_000_000, command: 'bash', title: 'exec web-1' }
const kibibyte = 1024

async function recorder(options: Partial<RecordingsThreadOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'recordings-thread-'))
  const store = await openObjectStore(readObjectStoreAddress(directory))
  const threads = obstructedThreads(directory)
  const gaps: RecordingGap[] = []
  const errors: string[] = []
  const recordings = createRecordingsThread({
    store,
    deriveKeys: keysOf('k'),
    start: threads.start,
    settling: 100,
    restartAfter: 0,
    onError: (error) => errors.push(error instanceof Error ? error.message : ''),
    ...options,
    limits: { backOff: 5, longestBackOff: 20, drain: 5_000, ...options.limits },
  })
  onTestFinished(async () => {
    for (const name of ['stalls', 'sleeps', 'fails', 'dies'] as const) threads.set(name, false)
    await recordings.close()
    await rm(directory, { recursive: true })
  })
  const wanted: NewRecording = {
    id,
    header,
    mode: 'strict',
    input: true,
    secrets: null,
    onGap: (gap) => gaps.push(gap),
  }
  return { recordings, store, threads, gaps, errors, wanted }
}

/** A strict session and a best-effort one, attached, of a thread that then does nothing any more. */
async function sessionsOfSleeper({ recordings, threads, wanted }: Awaited<ReturnType<typeof recorder>>) {
  const strict = await recordings.begin(wanted)
  threads.set('sleeps', true)
  const other = await recordings.begin({ ...wanted, id: id.replace('7', '8'), mode: 'best-effort' })
  const [told, otherTold] = [session(), session()]
  strict.attach(told)
  other.attach(otherTold)
  await vi.waitFor(() => expect(threads.isAsleep()).toBe(true))
  return { strict, told: told.said, other, otherTold: otherTold.said }
}

/** A session that notes what it is told. */
function session() {
  const said: string[] = []
  return {
    said,
    hold: () => void said.push('hold'),
    resume: () => void said.push('resume'),
    end: (reason: string) => void said.push(reason),
  }
}

const letters = (count: number) => Buffer.from(Array.from({ length: count }, (_, at) => 97 + (at % 26)))

test('a session comes back whole: output, input, secrets over borders, exit status', async () => {
  const { recordings, store, wanted } = await recorder()
  const secrets = compileSecrets([{ value: 'correct horse battery staple', mark: '[hidden PASS]' }])
  const recording = await recordings.begin({ ...wanted, secrets })
  recording.take('o', Buffer.from('$ '), true)
  recording.take('i', Buffer.from('ls\r'), true)
  recording.take('o', Buffer.from('correct horse bat'), true)
  recording.take('o', Buffer.from('tery staple \xff\n', 'latin1'), true)
  recording.take('o', Buffer.from(`${marker}:`), false)
  recording.take('o', Buffer.from('7\n'), true)
  recording.sawEnd()
  const proven = await recording.finish('detached: the client hung up')
  await expect.poll(async () => (await readCast(store, id, { proven })).verdict.state).toBe('complete')
  const cast = await readCast(store, id, { proven })
  expect(cast.output).toEqual(Buffer.from('$ [hidden PASS] \xff\n', 'latin1'))
  expect(cast.input.toString()).toBe('ls\r')
  expect(cast.events.slice(-2)).toEqual([
    [expect.any(Number), 'm', 'ended'],
    [0, 'x', '7'],
  ])
  expect(proven).toMatchObject({ id, lost: 0, bytes: cast.verdict.bytes, head: cast.verdict.head })
})

test('the times are those at which it passed, however late the thread takes it', async () => {
  const { recordings, store, threads, wanted } = await recorder()
  threads.set('sleeps', true)
  const beginning = recordings.begin({ ...wanted, mode: 'best-effort' })
  const recording = await beginning
  await vi.waitFor(() => expect(threads.isAsleep()).toBe(true))
  const first = takenBetween(() => recording.take('o', Buffer.from('one'), true))
  await vi.waitFor(() => expect(performance.now() - first.after).toBeGreaterThan(100))
  const second = takenBetween(() => recording.take('o', Buffer.from('two'), true))
  threads.set('sleeps', false)
  const proven = await recording.finish('ended')
  await vi.waitFor(async () => expect((await readCast(store, id, { proven })).verdict.state).toBe('complete'))
  const interval = (await readCast(store, id)).events.find(([, , text]) => text === 'two')?.[0] ?? 0
  // Times are whole milliseconds.
  expect(interval * 1_000).toBeGreaterThanOrEqual(second.before - first.after - 1)
  expect(interval * 1_000).toBeLessThanOrEqual(second.after - first.before + 1)
})

function takenBetween(take: () => void) {
  const before = performance.now()
  take()
  return { before, after: performance.now() }
}

test('many sessions at once, in pieces of all sizes, come back whole, each of them, and are held while there is no room', async () => {
  const { recordings, store, wanted } = await recorder({ ringSize: 256 * kibibyte, limits: { chunk: 50_000 } })
  const sizes = [1, 23, 24, 25, 1_000, 40_000, 64 * kibibyte, 64 * kibibyte + 1, 200_000]
  const sessions = await Promise.all(
    sizes.map(async (size, at) => {
      const live = session()
      const name = `${id.slice(0, -2)}0${at}`
      const recording = await recordings.begin({ ...wanted, id: name })
      recording.attach(live)
      return { size, live, name, recording, sent: [] as Buffer[] }
    }),
  )
  const isHeld = ({ said }: ReturnType<typeof session>) => said.at(-1) === 'hold'
  for (let round = 0; round < 30; round++)
    for (const { size, live, recording, sent } of sessions) {
      await vi.waitFor(() => expect(isHeld(live)).toBe(false), { interval: 1, timeout: 5_000 })
      const piece = letters(size + round)
      recording.take('o', piece, round % 3 === 0)
      sent.push(piece)
    }
  expect(sessions.some(({ live }) => live.said.includes('hold'))).toBe(true)
  for (const { name, recording, sent, live } of sessions) {
    const proven = await recording.finish('ended')
    await vi.waitFor(async () => expect((await readCast(store, name, { proven })).verdict.state).toBe('complete'))
    expect((await readCast(store, name, { proven })).output.equals(Buffer.concat(sent))).toBe(true)
    await vi.waitFor(() => expect(isHeld(live)).toBe(false))
  }
})

test('while the thread takes nothing, whoever writes much is held and nobody else, and nothing is lost', async () => {
  const made = await recorder({ ringSize: 256 * kibibyte })
  const { store, threads } = made
  const { strict, told, other, otherTold } = await sessionsOfSleeper(made)
  const sent: Buffer[] = []
  // What was read before it was held comes all the same.
  while (sent.length < 10) {
    const piece = letters(60_000 + sent.length)
    strict.take('o', piece, true)
    sent.push(piece)
  }
  expect(told).toEqual(['hold'])
  expect(otherTold).toEqual([])
  const finishing = strict.finish('cut: the client hung up')
  threads.set('sleeps', false)
  const proven = await finishing
  await vi.waitFor(async () => expect((await readCast(store, id, { proven })).verdict.state).toBe('complete'))
  expect((await readCast(store, id)).output.equals(Buffer.concat(sent))).toBe(true)
  await vi.waitFor(() => expect(told).toEqual(['hold', 'resume']))
  await other.finish('ended')
})

test('a store that stalls holds a strict session until it takes more', async () => {
  const limits = { chunk: 1_000, waiting: 4_000 }
  const { recordings, store, threads, wanted, gaps } = await recorder({ limits })
  const recording = await recordings.begin(wanted)
  const live = session()
  recording.attach(live)
  threads.set('stalls', true)
  for (let count = 0; count < 10; count++) recording.take('o', letters(1_000), true)
  await vi.waitFor(() => expect(live.said).toEqual(['hold']))
  await vi.waitFor(() => expect(recordings.stats().waitingChunks).toBeGreaterThan(3))
  threads.set('stalls', false)
  await vi.waitFor(() => expect(live.said).toEqual(['hold', 'resume']))
  const proven = await recording.finish('ended')
  await vi.waitFor(async () => expect((await readCast(store, id, { proven })).verdict.state).toBe('complete'))
  expect([(await readCast(store, id)).output.length, gaps]).toEqual([10_000, []])
})

test('a best-effort session goes on, and what is missing is said before its end is', async () => {
  const limits = { chunk: 1_000, waiting: 4_000, hold: 0 }
  const { recordings, store, threads, wanted, gaps } = await recorder({ limits })
  const recording = await recordings.begin({ ...wanted, mode: 'best-effort' })
  await vi.waitFor(() => expect(recordings.stats().stored).toBe(1))
  threads.set('stalls', true)
  for (let count = 0; count < 20; count++) recording.take('o', letters(1_000), true)
  await vi.waitFor(() => expect(recordings.stats().waitingBytes).toBeGreaterThan(3_000))
  const proven = await recording.finish('ended')
  expect(gaps).toEqual([
    expect.objectContaining({ recording: id, bytes: proven.lost, reason: 'the store is too slow' }),
  ])
  expect(recordings.stats().lost).toBe(proven.lost)
  threads.set('stalls', false)
  await vi.waitFor(async () => expect((await readCast(store, id, { proven })).verdict.state).toBe('complete'))
})

test('a strict session is not begun when the store doesn’t take it, and ended when it takes no more', async () => {
  const { recordings, threads, wanted, errors } = await recorder({ limits: { flushAfter: 1, patience: 50 } })
  threads.set('fails', true)
  await expect(recordings.begin(wanted)).rejects.toBeInstanceOf(RecordingUnavailable)
  expect(errors).toEqual(['no space left on device'])
  threads.set('fails', false)
  const recording = await recordings.begin({ ...wanted, id: id.replace('7', '8') })
  threads.set('fails', true)
  recording.take('o', letters(10), true)
  await vi.waitFor(() => expect(recordings.stats()).toMatchObject({ failing: 1, failingFor: expect.any(Number) }))
  const live = session()
  await vi.waitFor(() => expect(recordings.stats().failingFor).toBeGreaterThan(100))
  recording.attach(live)
  await vi.waitFor(() => expect(live.said).toEqual([expect.stringContaining('can not be stored any more')]))
  threads.set('fails', false)
  await recording.finish('cut')
  await vi.waitFor(() =>
    expect(recordings.stats()).toMatchObject({ open: 0, failing: 0, failingFor: 0, waitingBytes: 0 }),
  )
})

test('when the thread dies a strict session is ended, a best-effort one has a gap, what is stored counts, and the next is recorded', async () => {
  const { recordings, store, threads, wanted, gaps, errors } = await recorder({ limits: { flushAfter: 1 } })
  const strict = await recordings.begin(wanted)
  const other = await recordings.begin({ ...wanted, id: id.replace('7', '8'), mode: 'best-effort' })
  const [live, goesOn] = [session(), session()]
  strict.attach(live)
  other.attach(goesOn)
  strict.take('o', Buffer.from('stored'), true)
  await vi.waitFor(async () => expect((await readCast(store, id)).output.toString()).toBe('stored'))
  threads.set('dies', true)
  strict.take('o', Buffer.from('lost'), true)
  await vi.waitFor(() => expect(live.said).toEqual(['this session is to be recorded, and what records it has ended']))
  expect(goesOn.said).toEqual([])
  expect(errors).toEqual(['the thread that records has failed: the thread fails in a test'])
  threads.set('dies', false)
  other.take('o', letters(1_234), true)
  const [ended, went] = await Promise.all([strict.finish('cut'), other.finish('ended')])
  const { verdict } = await readCast(store, id)
  expect(verdict.state).toBe('cut')
  expect(ended).toEqual({ id, chunks: 2, bytes: verdict.bytes, head: verdict.head, lost: null })
  expect(went).toMatchObject({ chunks: 1, lost: null })
  const reason = 'what records it has ended, and what it had not stored is missing, too'
  const durationMs = expect.any(Number)
  expect(gaps).toEqual([
    { recording: id, reason, bytes: 0, durationMs },
    { recording: other.id, reason, bytes: 1_234, durationMs },
  ])
  expect(recordings.stats()).toMatchObject({ lost: 1_234, open: 0 })
  const next = await recordings.begin({ ...wanted, id: id.replace('7', '9') })
  next.take('o', Buffer.from('again'), true)
  const proven = await next.finish('ended')
  await vi.waitFor(async () => expect((await readCast(store, next.id, { proven })).verdict.state).toBe('complete'))
  expect(threads.started).toHaveLength(2)
})

test('a thread that hangs is ended: a strict session is, too, another has a gap of what nobody has read, and what is begun is refused', async () => {
  const made = await recorder({ ringSize: 256 * kibibyte, lookEvery: 150 })
  const { recordings, threads, wanted, gaps, errors } = made
  const { strict, told, other, otherTold } = await sessionsOfSleeper(made)
  other.take('o', letters(200_000), true)
  expect(otherTold).toEqual(['hold'])
  await expect(recordings.begin({ ...wanted, id: id.replace('7', '9') })).rejects.toBeInstanceOf(RecordingUnavailable)
  await vi.waitFor(() => expect(told).toEqual([expect.stringContaining('what records it has ended')]), 5_000)
  expect(otherTold).toEqual(['hold', 'resume'])
  expect(errors).toEqual(['the thread that records does not answer'])
  threads.set('sleeps', false)
  await Promise.all([strict.finish('cut'), other.finish('ended')])
  expect(gaps.find(({ recording }) => recording === other.id)?.bytes).toBeGreaterThan(190_000)
})

test('what had ended, and wasn’t stored when the thread died, is said', async () => {
  const { recordings, threads, wanted, gaps } = await recorder()
  const recording = await recordings.begin(wanted)
  threads.set('dies', true)
  recording.take('o', letters(100), true)
  await recording.finish('ended')
  const reason = 'what records it has ended before all of it was stored'
  await vi.waitFor(() => expect(gaps).toEqual([{ recording: id, reason, bytes: 0, durationMs: 0 }]))
})

test('nothing is begun once it is closed, nor for a moment after a thread has died, nor by one that can’t be started', async () => {
  const { recordings, threads, wanted } = await recorder({ restartAfter: 200 })
  const begin = (number: number) => recordings.begin({ ...wanted, id: id.replace('7', String(number)) })
  threads.set('dies', true)
  await expect(begin(1)).rejects.toBeInstanceOf(RecordingUnavailable)
  threads.set('dies', false)
  await expect(begin(2)).rejects.toBeInstanceOf(RecordingUnavailable)
  expect(threads.started).toHaveLength(1)
  await vi.waitFor(() => begin(3))
  expect(threads.started).toHaveLength(2)
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
  await expect(failing.recordings.begin(wanted)).rejects.toBeInstanceOf(RecordingUnavailable)
  expect(failing.errors).toEqual(['no more threads', 'no more threads'])
})

test('a session that is begun while the thread dies is not begun', async () => {
  const { recordings, threads, wanted } = await recorder()
  threads.set('dies', true)
  const beginning = [recordings.begin(wanted), recordings.begin({ ...wanted, id: id.replace('7', '8') })]
  for (const begun of await Promise.allSettled(beginning))
    expect(begun).toMatchObject({ status: 'rejected', reason: { code: 'RGW_RECORDING_UNAVAILABLE' } })
})

test('the end waits for sessions that are being ended, and for what isn’t stored', async () => {
  const { recordings, store, threads, wanted } = await recorder()
  const recording = await recordings.begin(wanted)
  recording.take('o', Buffer.from('until the end'), true)
  let closed = false
  const closing = recordings.close().then(() => {
    closed = true
  })
  await vi.waitFor(() => expect(threads.started).toHaveLength(1))
  expect(closed).toBe(false)
  const proven = await recording.finish('cut: the gateway')
  await closing
  const cast = await readCast(store, id, { proven })
  expect([cast.verdict.state, cast.output.toString()]).toEqual(['complete', 'until the end'])
})

test('without a session there is no thread until it is prepared, and the end ends it', async () => {
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

test('what is watched is stored sooner, as long as it is', async () => {
  const { recordings, store, wanted } = await recorder({ limits: { flushAfter: 600_000, flushWatchedAfter: 10 } })
  const recording = await recordings.begin(wanted)
  recording.take('o', Buffer.from('before'), true)
  const release = recordings.hasten(id)
  await vi.waitFor(async () => expect((await readCast(store, id)).output.toString()).toBe('before'))
  recording.take('o', Buffer.from(', while'), true)
  await vi.waitFor(async () => expect((await readCast(store, id)).output.toString()).toBe('before, while'))
  release()
  await recording.finish('ended')
})

test('many sessions share what finds their secrets, and the thread forgets it with the last', async () => {
  const { recordings, store, threads, wanted } = await recorder()
  const secrets = compileSecrets([{ value: 's3cr3t!', mark: '[hidden KEY]' }])
  recordings.prepare()
  const posted = vi.spyOn(threads.started[0] as NonNullable<(typeof threads.started)[0]>, 'postMessage')
  const kinds = () =>
    posted.mock.calls.map(([message]) => message.kind).filter((kind) => kind === 'know' || kind === 'forget')
  const [one, other] = [
    await recordings.begin({ ...wanted, secrets }),
    await recordings.begin({ ...wanted, id: id.replace('7', '8'), secrets }),
  ]
  expect(kinds()).toEqual(['know'])
  await one.finish('ended')
  expect(kinds()).toEqual(['know'])
  other.take('o', Buffer.from('a s3cr3t! word'), true)
  await other.finish('ended')
  expect(kinds()).toEqual(['know', 'forget'])
  const third = await recordings.begin({ ...wanted, id: id.replace('7', '9'), secrets })
  expect(kinds()).toEqual(['know', 'forget', 'know'])
  third.take('o', Buffer.from('s3cr3t!'), true)
  await third.finish('ended')
  for (const [recording, text] of [
    [other, 'a [hidden KEY] word'],
    [third, '[hidden KEY]'],
  ] as const)
    await vi.waitFor(async () => expect((await readCast(store, recording.id)).output.toString()).toBe(text))
})
