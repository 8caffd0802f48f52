import { expect, onTestFinished, test, vi } from 'vitest'
import { createRing, maxPieceBytes, RingReader, RingWriter } from './ring.ts'
import { RingQueue } from './ring-queue.ts'

const ends = 0x100

/** A queue whose reader sleeps until the test reads. */
function createQueue() {
  const ring = createRing(4 * maxPieceBytes)
  const reader = new RingReader(ring)
  reader.sleep()
  const woken = vi.fn(() => reader.wake())
  const queue = new RingQueue(ring, woken)
  onTestFinished(() => void queue.stop())
  const held: boolean[] = []
  const producer = { session: 1, pauseForRoom: (isPaused: boolean) => void held.push(isPaused) }
  const put = (length: number, kind = 0) => queue.put(producer, kind, ends, 0, Buffer.alloc(length, 'x'))
  /** Does what the thread does: reads everything, signals room if requested, and sleeps. */
  function readAll() {
    const read: { kind: number; length: number }[] = []
    while (reader.read(({ kind, piece }) => read.push({ kind, length: piece.length })) > 0);
    if (reader.takeRoomRequest()) queue.onRoom()
    return { read, sleeps: reader.sleep() }
  }
  return { queue, put, held, woken, readAll, reader }
}

test('a few bytes wake the reader once, after a delay', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { put, woken, held } = createQueue()
  for (let count = 0; count < 100; count++) put(10)
  expect([woken.mock.calls.length, vi.getTimerCount()]).toEqual([0, 1])
  vi.advanceTimersByTime(1_000)
  expect([woken.mock.calls.length, vi.getTimerCount(), held]).toEqual([1, 0, []])
})

test('a long piece becomes several entries, and the last one ends the message', () => {
  const { put, readAll } = createQueue()
  put(2 * maxPieceBytes + 5, 1)
  put(maxPieceBytes)
  put(0, 3)
  expect(readAll().read).toEqual([
    { kind: 1, length: maxPieceBytes },
    { kind: 1, length: maxPieceBytes },
    { kind: 1 | ends, length: 5 },
    { kind: ends, length: maxPieceBytes },
    { kind: 3 | ends, length: 0 },
  ])
})

test('a producer is paused while the ring is half full, and overflow entries follow in order', () => {
  const { put, held, woken, readAll, reader } = createQueue()
  for (let count = 1; count <= 8; count++) put(maxPieceBytes - count)
  put(5, 3)
  expect([held, woken.mock.calls.length]).toEqual([[true], 1])
  const read: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    const { read: some, sleeps } = readAll()
    read.push(...some.map(({ length }) => length))
    // Overflow entries are in the ring now, so the reader must not sleep.
    expect(sleeps).toBe(reader.waiting === 0)
  }
  expect(read).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((count) => maxPieceBytes - count).concat(5))
  expect(held).toEqual([true, false])
})

test('an overflow entry that was added while the reader fell asleep wakes it', () => {
  const { queue, put, woken, reader } = createQueue()
  for (let count = 0; count < 5; count++) put(maxPieceBytes)
  while (reader.read(() => {}) > 0);
  expect([reader.takeRoomRequest(), reader.sleep()]).toEqual([true, true])
  woken.mockClear()
  queue.onRoom()
  expect(woken).toHaveBeenCalledTimes(1)
  expect(reader.waiting).toBeGreaterThan(0)
})

test('a paused producer resumes only if there is room, even after an earlier signal', () => {
  const { queue, put, held, reader } = createQueue()
  for (let count = 0; count < 3; count++) put(maxPieceBytes)
  while (reader.read(() => {}) > 0);
  // The signal arrives after other producers have filled the ring again.
  expect(reader.takeRoomRequest()).toBe(true)
  for (let count = 0; count < 3; count++) put(maxPieceBytes)
  queue.onRoom()
  expect(held).toEqual([true])
  while (reader.read(() => {}) > 0);
  expect(reader.takeRoomRequest()).toBe(true)
  queue.onRoom()
  expect(held).toEqual([true, false])
})

test('a room request that the reader misses is answered by the queue itself', () => {
  const { queue, put, held, reader } = createQueue()
  for (let count = 0; count < 6; count++) put(maxPieceBytes)
  while (reader.read(() => {}) > 0);
  expect(reader.takeRoomRequest()).toBe(true)
  // The reader reads all overflow entries and sleeps before the request is written.
  const requesting = vi.spyOn(RingWriter.prototype, 'requestRoom').mockImplementationOnce(function read(
    this: RingWriter,
  ) {
    while (reader.read(() => {}) > 0);
    requesting.mockRestore()
    this.requestRoom()
  })
  queue.onRoom()
  expect(reader.waiting > 0 || held.at(-1) === false).toBe(true)
})

test('after stop no producer is paused, and unread bytes are counted', () => {
  const { queue, put, held } = createQueue()
  for (let count = 0; count < 8; count++) put(maxPieceBytes)
  put(10, 3)
  // Half of the bytes are in the ring and half are overflow. The end of a session does not count.
  expect(queue.stop()).toEqual(new Map([[1, 8 * maxPieceBytes]]))
  expect(held).toEqual([true, false])
})
