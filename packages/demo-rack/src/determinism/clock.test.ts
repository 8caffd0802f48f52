import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fastClock, goTime, manualClock, pause } from './clock.ts'

describe('a manual clock', () => {
  test('calls back in order of time, at that time, each once', async () => {
    const clock = manualClock(1000)
    const calls: [string, number][] = []
    clock.after(20, () => calls.push(['later', clock.now()]))
    clock.after(10, () => calls.push(['sooner', clock.now()]))
    await clock.advance(9)
    expect(calls).toEqual([])
    await clock.advance(50)
    await clock.advance(50)
    expect(calls).toEqual([
      ['sooner', 1010],
      ['later', 1020],
    ])
    expect(clock.now()).toBe(1109)
  })

  test('runs timers that are added during an advance', async () => {
    const clock = manualClock(0)
    const at: number[] = []
    const again = () => {
      at.push(clock.now())
      if (at.length < 4) clock.after(250, again)
    }
    clock.after(250, again)
    await clock.advance(1000)
    expect(at).toEqual([250, 500, 750, 1000])
  })

  test('does not call a canceled callback', async () => {
    const clock = manualClock()
    let called = false
    clock.after(1, () => {
      called = true
    })()
    await clock.advance(10)
    expect(called).toBe(false)
  })
})

describe('a pause', () => {
  test('ends at its time or with its signal, whichever is first', async () => {
    const clock = manualClock()
    const leave = new AbortController()
    const long = pause(clock, 1_000_000, leave.signal)
    const short = pause(clock, 10, new AbortController().signal)
    await clock.advance(10)
    await short
    leave.abort()
    await long
    await pause(clock, 1_000_000, leave.signal)
  })
})

test('a fast clock takes less time than it says', async () => {
  const clock = fastClock(10_000)
  const start = clock.now()
  await new Promise<void>((resolve) => clock.after(60_000, resolve))
  expect(clock.now() - start).toBeGreaterThanOrEqual(50_000)
})

describe('a time in JSON', () => {
  test.each([
    [Date.UTC(2026, 0, 2, 3, 4, 5, 0), 0, '2026-01-02T03:04:05Z'],
    [Date.UTC(2026, 0, 2, 3, 4, 5, 120), 0, '2026-01-02T03:04:05.12Z'],
    [Date.UTC(2026, 0, 2, 3, 4, 5, 696), 381_480, '2026-01-02T03:04:05.69638148Z'],
    [Date.UTC(2026, 0, 2, 3, 4, 5, 7), 1, '2026-01-02T03:04:05.007000001Z'],
  ])('%i and %i ns is %s', (milliseconds, nanoseconds, text) => {
    expect(goTime(milliseconds, nanoseconds)).toBe(text)
  })

  test('is the same millisecond when it is read back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.integer({ min: 0, max: 999_999 }),
        (milliseconds, nanoseconds) => {
          expect(Date.parse(goTime(milliseconds, nanoseconds))).toBe(milliseconds)
        },
      ),
    )
  })
})
