import { expect, test } from 'vitest'
import { encode } from '../events/encode.ts'
import { createEventStream } from '../log/stream.ts'
import { createRecentEvents } from './recent-events.ts'

const start = Date.UTC(2026, 10, 25)
const roomy = { events: 1_000, characters: 1_000_000 }

function streamOf(at = start) {
  const stream = createEventStream(at)
  return {
    id: stream.id,
    seal: (count: number) =>
      Array.from({ length: count }, (_, index) => stream.seal(encode({ kind: 'call', app: 'a' }), at + index)),
  }
}

const seqs = (events: readonly { seq: number }[] | null) => events?.map(({ seq }) => seq) ?? null

test('after returns the events after a number, up to the batch limits', () => {
  const recent = createRecentEvents(roomy)
  const { id, seal } = streamOf()
  recent.add(seal(3))
  recent.add(seal(4))
  expect(seqs(recent.after(id, 0, roomy))).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(seqs(recent.after(id, 2, { events: 2, characters: 1_000 }))).toEqual([3, 4])
  expect(seqs(recent.after(id, 2, { events: 10, characters: 1 }))).toEqual([3])
  expect(recent.after(id, 7, roomy)).toEqual([])
  expect(recent.after('another', 0, roomy)).toBeNull()
  expect(recent.lastOf(id)).toBe(7)
  expect(recent.momentAfter(id, 0)).toBe(start)
  expect(recent.momentAfter(id, 1)).toBe(start + 1)
  expect(recent.momentAfter(id, 7)).toBeNull()
})

test('old events are dropped, and after returns null for them', () => {
  const recent = createRecentEvents({ events: 10, characters: 1_000_000 })
  const { id, seal } = streamOf()
  for (let round = 0; round < 100; round++) {
    recent.add(seal(7))
    const last = (round + 1) * 7
    const first = Math.max(1, last - 9)
    expect(seqs(recent.after(id, first - 1, roomy))).toEqual(
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    )
    if (first > 1) expect(recent.after(id, first - 2, roomy)).toBeNull()
  }
})

test('characters are bounded, also within one batch', () => {
  const recent = createRecentEvents({ events: 1_000_000, characters: 10_000 })
  const { id, seal } = streamOf()
  for (let round = 0; round < 50; round++) {
    recent.add(seal(300))
    expect(recent.characters).toBeLessThanOrEqual(10_000)
  }
  expect(recent.lastOf(id)).toBe(15_000)
  expect(recent.after(id, 15_000, roomy)).toEqual([])
})

test('old streams are dropped', () => {
  const recent = createRecentEvents(roomy)
  const streams = Array.from({ length: 20 }, (_, index) => streamOf(start + index))
  for (const { seal } of streams) recent.add(seal(2))
  expect(recent.lastOf(streams[19]?.id ?? '')).toBe(2)
  expect(seqs(recent.after(streams[19]?.id ?? '', 1, roomy))).toEqual([2])
  expect(recent.lastOf(streams[0]?.id ?? '')).toBeNull()
})

test('a missing number starts a new run', () => {
  const recent = createRecentEvents(roomy)
  const { id, seal } = streamOf()
  const [one, two, three, four] = seal(4)
  if (!one || !two || !three || !four) throw new Error('four were sealed')
  recent.add([one, two])
  recent.add([four])
  expect(recent.after(id, 2, roomy)).toBeNull()
  expect(seqs(recent.after(id, 3, roomy))).toEqual([4])
})
