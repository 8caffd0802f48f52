import { expect, onTestFinished, test, vi } from 'vitest'
import { requestId } from './request-id.ts'

test('an ID begins with the time in seconds, and IDs of the same second differ', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 25, 18, 0, 0, 999), toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const ids = Array.from({ length: 1_000 }, () => requestId())
  const second = (Date.UTC(2026, 10, 25, 18) / 1_000).toString(16)
  expect(ids.filter((id) => !new RegExp(`^${second}[0-9a-f]{16}$`).test(id))).toEqual([])
  expect(new Set(ids).size).toBe(1_000)
})

test('an ID of a later second sorts after an earlier ID, and after 2106, an ID still has 24 hex digits', () => {
  vi.useFakeTimers({ now: 1_000_000_000_000, toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const before = requestId()
  vi.setSystemTime(1_000_000_001_000)
  expect(requestId() > before).toBe(true)
  vi.setSystemTime(Date.UTC(2107, 0, 1))
  expect(requestId()).toMatch(/^[0-9a-f]{24}$/)
})
