import { afterEach, expect, test, vi } from 'vitest'
import { residentBytes, residentPages, watchMemory } from './memory.ts'

afterEach(() => void vi.useRealTimers())

test('the result is the highest reading minus the first reading', () => {
  vi.useFakeTimers()
  const seen = [100, 180, 130, 120]
  const watch = watchMemory([1], () => seen.shift() ?? 110)
  vi.advanceTimersByTime(60)
  expect(watch.stop()).toBe(80)
  vi.advanceTimersByTime(1_000)
  expect(seen).toEqual([])
})

test('memory that only shrinks has not grown', () => {
  const seen = [100, 50]
  expect(watchMemory([1], () => seen.shift() ?? 50).stop()).toBe(0)
})

test('the memory of an unreadable process is null, not zero', () => {
  expect(watchMemory([2 ** 30]).stop()).toBeNull()
})

test('resident pages are the second figure', () => {
  expect(residentPages('5000 321 100 2 0 400 0\n')).toBe(321)
  if (process.platform === 'linux') expect(residentBytes([process.pid])).toBeGreaterThan(10_000_000)
})
