import { expect, test } from 'vitest'
import { barsOf, countsByResult, rangeOf, totalText, uncountedBuckets, widen } from './bars.ts'

const none = { denied: 0, required: 0, failed: 0, allowed: 0, none: 0 }
const buckets = [
  { at: '2027-01-31T12:00:00.000Z', ...none, denied: 1, allowed: 999 },
  { at: '2027-01-31T12:01:00.000Z', ...none },
  { at: '2027-01-31T12:02:00.000Z', ...none, allowed: 500 },
]
const histogram = {
  from: '2027-01-31T12:00:30.000Z',
  to: '2027-01-31T12:02:30.000Z',
  width: 60,
  buckets,
  total: 1_500,
  complete: true,
  countedFrom: '2027-01-31T12:00:30.000Z',
}

test('the bars are as high as their counts, and a single denial is visible', () => {
  const bars = barsOf(buckets, 40)
  expect(bars.map(({ bucket, result }) => [bucket, result])).toEqual([
    [0, 'denied'],
    [0, 'allowed'],
    [2, 'allowed'],
  ])
  expect(bars[0]).toMatchObject({ y: 38, height: 2 })
  expect(bars[2]).toMatchObject({ y: 20, height: 20 })
})

test('dragged buckets are a range, in any direction, within what was counted', () => {
  const range = { from: '2027-01-31T12:01:00.000Z', to: '2027-01-31T12:02:30.000Z' }
  expect(rangeOf(histogram, 1, 2)).toEqual(range)
  expect(rangeOf(histogram, 2, 1)).toEqual(range)
  expect(rangeOf(histogram, 0, 0)).toEqual({ from: histogram.from, to: '2027-01-31T12:01:00.000Z' })
})

test('a wider range is twice as long, and not in the future', () => {
  const range = { from: '2027-01-31T11:00:00.000Z', to: '2027-01-31T12:00:00.000Z' }
  expect(widen(range, Date.parse('2027-01-31T12:10:00Z'))).toEqual({
    from: '2027-01-31T10:30:00.000Z',
    to: '2027-01-31T12:10:00.000Z',
  })
})

test('time that was not counted is not shown as time without events', () => {
  const incomplete = { ...histogram, complete: false }
  expect(uncountedBuckets(histogram)).toBe(0)
  expect(uncountedBuckets({ ...incomplete, countedFrom: '2027-01-31T12:01:30.000Z' })).toBe(1.5)
  expect(uncountedBuckets({ ...incomplete, countedFrom: '2027-01-31T12:05:00.000Z' })).toBe(3)
})

test('the number of matches is stated', () => {
  expect(totalText(histogram)).toBe('1,500 events')
  expect(totalText({ total: 1, complete: true })).toBe('1 event')
  expect(totalText({ total: 1_000_000, complete: false })).toBe('at least 1,000,000 events')
  expect(countsByResult(buckets)).toEqual([
    { result: 'denied', count: 1 },
    { result: 'allowed', count: 1_499 },
  ])
})
