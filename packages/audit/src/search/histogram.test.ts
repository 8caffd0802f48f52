import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CountRow, countEvents, readHistogramRange } from './histogram.ts'
import type { CountedRange } from './query.ts'

const now = Date.parse('2027-01-31T12:34:56.789Z')

test.each([
  [{}, '2027-01-30T12:34:56.789Z', '2027-01-31T12:34:56.789Z', 1_800],
  [{ from: '2027-01-31T12:34:00Z' }, '2027-01-31T12:34:00.000Z', '2027-01-31T12:34:56.789Z', 1],
  [{ to: '2020-01-02T00:00:00Z' }, '2020-01-01T00:00:00.000Z', '2020-01-02T00:00:00.000Z', 1_800],
  [
    { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' },
    '2026-01-01T00:00:00.000Z',
    '2027-01-01T00:00:00.000Z',
    10 * 86_400,
  ],
  [
    { from: '0001-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z' },
    '0001-01-01T00:00:00.000Z',
    '9999-12-31T00:00:00.000Z',
    100_000 * 86_400,
  ],
])('%j counts from %s to %s in buckets of %d s', (query, from, to, width) => {
  const range = readHistogramRange(query, now, 60)
  expect([range.filters.from.toISOString(), range.filters.to.toISOString(), range.width]).toEqual([from, to, width])
})

test.each([
  [{ from: '2027-02-01T00:00:00Z' }, /"from" is in the future/],
  [{ from: '2027-01-02T00:00:00Z', to: '2027-01-01T00:00:00Z' }, /"from" is not before the filter "to"/],
  [{ from: 'yesterday' }, /from is not a time/],
])('%j is rejected', (query, sentence) => {
  expect(() => readHistogramRange(query, now, 60)).toThrow(sentence)
})

const none: CountRow[] = []
const unlimited = { maxEvents: Number.MAX_SAFE_INTEGER, isOverdue: () => false }

test('buckets are few, have no gaps, cover the range, and each is counted once, newest first', async () => {
  const times = fc.integer({ min: 0, max: Date.UTC(2100, 0) })
  const property = fc.asyncProperty(times, times, fc.integer({ min: 2, max: 120 }), async (one, other, most) => {
    fc.pre(one !== other)
    const [from, to] = [Math.min(one, other), Math.max(one, other)]
    const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
    const ranges: CountedRange[] = []
    const histogram = await countEvents(readHistogramRange(query, now, most), {
      ...unlimited,
      count: async (range) => {
        ranges.push(range)
        return none
      },
    })
    const starts = histogram.buckets.map(({ at }) => at.getTime())
    const step = histogram.width * 1_000
    expect(starts.length).toBeLessThanOrEqual(most)
    expect(starts).toEqual(starts.map((_, index) => (starts[0] ?? 0) + index * step))
    expect(starts.every((start) => start % step === 0)).toBe(true)
    expect(starts[0]).toBeLessThanOrEqual(from)
    expect((starts.at(-1) ?? 0) + step).toBeGreaterThanOrEqual(to)
    expect([ranges[0]?.to.getTime(), ranges.at(-1)?.from.getTime()]).toEqual([to, from])
    expect(ranges.slice(1).map((range) => range.to)).toEqual(ranges.slice(0, -1).map((range) => range.from))
    expect(ranges.length).toBe(starts.length)
  })
  await fc.assert(property)
})

const threeHours = readHistogramRange({ from: '2027-01-31T00:00:00Z', to: '2027-01-31T03:00:00Z' }, now, 3)
const hour = (range: CountedRange) => range.from.getUTCHours()
const rowOf = (range: CountedRange, count: number): CountRow => ({
  bucket: range.from.getTime() / 3_600_000,
  result: 'denied',
  count,
})

test('counting stops at a number of events, and says from when on the counts are complete', async () => {
  const histogram = await countEvents(threeHours, {
    ...unlimited,
    maxEvents: 12,
    count: async (range) => [rowOf(range, Math.min(range.limit, 10))],
  })
  expect(histogram).toMatchObject({ total: 12, complete: false, countedFrom: new Date('2027-01-31T02:00:00Z') })
  expect(histogram.buckets.map(({ denied }) => denied)).toEqual([0, 2, 10])
})

test('counting stops when its time is over', async () => {
  let counted = 0
  const histogram = await countEvents(threeHours, {
    ...unlimited,
    isOverdue: () => counted === 1,
    count: async (range) => [rowOf(range, ++counted)],
  })
  expect(histogram).toMatchObject({ total: 1, complete: false, countedFrom: new Date('2027-01-31T02:00:00Z') })
})

test('intervals that time out are omitted', async () => {
  const histogram = await countEvents(threeHours, {
    ...unlimited,
    count: async (range) => (hour(range) === 1 ? null : [rowOf(range, 5)]),
  })
  expect(histogram).toMatchObject({ total: 5, complete: false, countedFrom: new Date('2027-01-31T02:00:00Z') })
})

test('a complete histogram counts from the start of its range', async () => {
  const histogram = await countEvents(threeHours, { ...unlimited, count: async (range) => [rowOf(range, hour(range))] })
  expect(histogram).toMatchObject({ total: 3, complete: true, countedFrom: histogram.from })
})
