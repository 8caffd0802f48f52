import { afterEach, expect, test, vi } from 'vitest'
import { familyBytes, watchFamilyMemory } from './family-memory.ts'

afterEach(() => void vi.useRealTimers())

test('the result is the highest reading, also if the process ends', () => {
  vi.useFakeTimers()
  const seen: (number | null)[] = [100, 180, 130]
  const stop = watchFamilyMemory(1, () => seen.shift() ?? null)
  vi.advanceTimersByTime(60)
  expect(stop()).toBe(180)
})

test('an unreadable process has no memory', () => {
  expect(familyBytes(2 ** 30)).toBeNull()
  expect(watchFamilyMemory(2 ** 30)()).toBeNull()
})
