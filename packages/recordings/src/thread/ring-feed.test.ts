import { expect, onTestFinished, test, vi } from 'vitest'
import { createRing, longestPiece, RingReader, RingWriter } from './ring.ts'
import { RingFeed } from './ring-feed.ts'

const ends = 0x100

/** A feed whose reader sleeps, and does nothing by itself. */
function feed() {
  const ring = createRing(4 * longestPiece)
  const reader = new RingReader(ring)
  reader.sleep()
  const woken = vi.fn(() => reader.wake())
  const made = new RingFeed(ring, woken)
  onTestFinished(() => void made.stop())
  const held: boolean[] = []
  const feeder = { session: 1, holdForRoom: (hold: boolean) => void held.push(hold) }
  const put = (length: number, kind = 0) => made.put(feeder, kind, ends, 0, Buffer.alloc(length, 'x'))
  /** As the thread does: reads all, tells of room where that is wished for, and sleeps. */
  function readAll() {
    const read: { kind: number; length: number }[] = []
    while (reader.read(({ kind, piece }) => read.push({ kind, length: piece.length })) > 0);
    if (reader.takeWish()) made.onRoom()
    return { read, sleeps: reader.sleep() }
  }
  return { made, put, held, woken, readAll, reader }
}

test('little wakes who reads after a while, once', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { put, woken, held } = feed()
  for (let count = 0; count < 100; count++) put(10)
  expect([woken.mock.calls.length, vi.getTimerCount()]).toEqual([0, 1])
  vi.advanceTimersByTime(1_000)
  expect([woken.mock.calls.length, vi.getTimerCount(), held]).toEqual([1, 0, []])
})

test('more than one entry holds is taken in parts, and the message ends with the last', () => {
  const { put, readAll } = feed()
  put(2 * longestPiece + 5, 1)
  put(longestPiece)
  put(0, 3)
  expect(readAll().read).toEqual([
    { kind: 1, length: longestPiece },
    { kind: 1, length: longestPiece },
    { kind: 1 | ends, length: 5 },
    { kind: ends, length: longestPiece },
    { kind: 3 | ends, length: 0 },
  ])
})

test('who writes into a ring that is half full is held until there is room, and what was kept comes, in its order', () => {
  const { put, held, woken, readAll, reader } = feed()
  for (let count = 1; count <= 8; count++) put(longestPiece - count)
  put(5, 3)
  expect([held, woken.mock.calls.length]).toEqual([[true], 1])
  const read: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    const { read: some, sleeps } = readAll()
    read.push(...some.map(({ length }) => length))
    // What was kept is in the ring by now, and whoever reads it doesn't sleep.
    expect(sleeps).toBe(reader.waiting === 0)
  }
  expect(read).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((count) => longestPiece - count).concat(5))
  expect(held).toEqual([true, false])
})

test('what was kept while the reader went to sleep wakes it', () => {
  const { made, put, woken, reader } = feed()
  for (let count = 0; count < 5; count++) put(longestPiece)
  while (reader.read(() => {}) > 0);
  expect([reader.takeWish(), reader.sleep()]).toEqual([true, true])
  woken.mockClear()
  made.onRoom()
  expect(woken).toHaveBeenCalledTimes(1)
  expect(reader.waiting).toBeGreaterThan(0)
})

test('who is held is let go only where there is room, whatever was told before', () => {
  const { made, put, held, reader } = feed()
  for (let count = 0; count < 3; count++) put(longestPiece)
  while (reader.read(() => {}) > 0);
  // It is told of the room that there was, and hears of it when others have filled it again.
  expect(reader.takeWish()).toBe(true)
  for (let count = 0; count < 3; count++) put(longestPiece)
  made.onRoom()
  expect(held).toEqual([true])
  while (reader.read(() => {}) > 0);
  expect(reader.takeWish()).toBe(true)
  made.onRoom()
  expect(held).toEqual([true, false])
})

test('a wish that comes too late to be seen is no wish: what has been read meanwhile is room', () => {
  const { made, put, held, reader } = feed()
  for (let count = 0; count < 6; count++) put(longestPiece)
  while (reader.read(() => {}) > 0);
  expect(reader.takeWish()).toBe(true)
  // The reader is done with what was kept before the wish for more is written, and sleeps.
  const wishing = vi.spyOn(RingWriter.prototype, 'wishForRoom').mockImplementationOnce(function read(this: RingWriter) {
    while (reader.read(() => {}) > 0);
    wishing.mockRestore()
    this.wishForRoom()
  })
  made.onRoom()
  expect(reader.waiting > 0 || held.at(-1) === false).toBe(true)
})

test('when nobody reads any more nobody is held, and what nobody has read is counted', () => {
  const { made, put, held } = feed()
  for (let count = 0; count < 8; count++) put(longestPiece)
  put(10, 3)
  // Half of it is in the ring, half was kept, and the end of a session is none of what passed.
  expect(made.stop()).toEqual(new Map([[1, 8 * longestPiece]]))
  expect(held).toEqual([true, false])
})
