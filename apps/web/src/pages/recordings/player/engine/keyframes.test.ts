import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Keyframes } from './keyframes.ts'
import type { TimedEvent } from './timed-event.ts'
import { VirtualTerminal } from './virtual-terminal.ts'

const esc = '\u001b'
const size = { cols: 20, rows: 5 }

/** Terminal output that changes every kind of state that a terminal has. */
const pieces = [
  'hello ',
  'wide 漢字 ',
  'e\u0301\u0302 👩‍💻 ',
  '\r\n',
  '\t',
  '\b',
  'a line that is longer than the terminal is wide',
  `${esc}[31m`,
  `${esc}[1;4;48;5;200m`,
  `${esc}[38;2;1;2;3m`,
  `${esc}[4:3;58:2::9:8:7m`,
  `${esc}[7m`,
  `${esc}[0m`,
  `${esc}[2;4r`,
  `${esc}[r`,
  `${esc}[?6h`,
  `${esc}[?6l`,
  `${esc}[?7l`,
  `${esc}[?7h`,
  `${esc}[4h`,
  `${esc}[4l`,
  `${esc}[?1049h`,
  `${esc}[?1049l`,
  `${esc}[?25l`,
  `${esc}[?25h`,
  `${esc}7`,
  `${esc}8`,
  `${esc}[s`,
  `${esc}[u`,
  `${esc}H`,
  `${esc}[3g`,
  `${esc}[I`,
  `${esc}(0`,
  `${esc}(B`,
  `${esc})0`,
  '\u000e',
  '\u000f',
  'qqqlll',
  `${esc}[3b`,
  `${esc}M`,
  `${esc}D`,
  `${esc}[2S`,
  `${esc}[T`,
  `${esc}[2L`,
  `${esc}[M`,
  `${esc}[3P`,
  `${esc}[2@`,
  `${esc}[K`,
  `${esc}[1J`,
  `${esc}[2;3H`,
  `${esc}[99;99H`,
  `${esc}c`,
  `${esc}]0;a title\u0007`,
  `${esc}]8;;https://example.com${esc}\\link${esc}]8;;${esc}\\`,
]

/** Events with output that is split anywhere, even within a sequence or a character, and with up to two resizes. */
const recordings = fc
  .tuple(
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 40 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }),
    fc.array(fc.tuple(fc.nat(60), fc.constantFrom('30x8', '10x3', '20x5')), { maxLength: 2 }),
  )
  .map(([parts, lengths, sizes]) => {
    const events: TimedEvent[] = []
    const text = parts.join('')
    for (let at = 0, n = 0; at < text.length; n++) {
      const length = lengths[n % lengths.length] ?? 1
      events.push({ at: events.length, code: 'o', data: text.slice(at, at + length) })
      at += length
    }
    for (const [at, data] of sizes) events.splice(at, 0, { at: 0, code: 'r', data })
    return events
  })

function indexOfResize(events: readonly TimedEvent[]): number {
  const at = events.findIndex(({ code }) => code === 'r')
  return at === -1 ? events.length : at
}

describe('a snapshot', () => {
  test('leads to the same screens as a replay from the start', () => {
    fc.assert(
      fc.property(recordings, fc.nat(200), (events, position) => {
        // No keyframe is taken after a resize.
        const at = Math.min(position % (events.length + 1), indexOfResize(events))
        const whole = new VirtualTerminal(size)
        for (const event of events.slice(0, at)) whole.apply(event)
        const snapshot = whole.snapshot()
        const continued = new VirtualTerminal(size)
        // `restore` must replace every earlier state of a terminal.
        for (const event of events.toReversed()) continued.apply(event)
        snapshot.restore(continued)
        expect(continued.screen()).toEqual(whole.screen())
        for (const event of events.slice(at)) {
          whole.apply(event)
          continued.apply(event)
          expect(continued.screen()).toEqual(whole.screen())
        }
      }),
    )
  })

  test('stays as it was when terminals continue from it', () => {
    fc.assert(
      fc.property(recordings, recordings, (before, after) => {
        const first = new VirtualTerminal(size)
        for (const event of before.slice(0, indexOfResize(before))) first.apply(event)
        const snapshot = first.snapshot()
        const expected = first.screen()
        for (const event of after) first.apply(event)
        const second = new VirtualTerminal(size)
        snapshot.restore(second)
        for (const event of after) second.apply(event)
        expect(second.screen()).toEqual(first.screen())
        snapshot.restore(second)
        expect(second.screen()).toEqual(expected)
      }),
    )
  })
})

test('keyframes have a limit, and are thinned evenly', () => {
  const frames = new Keyframes(1_000)
  const snapshot = { bytes: 100, restore() {} }
  for (let segment = 1; segment <= 100; segment++) if (frames.wants(segment)) frames.add({ segment, snapshot })
  expect(frames.size).toBeLessThanOrEqual(10)
  expect(frames.size).toBeGreaterThan(4)
  expect([15, 16, 31, 32, 100].map((segment) => frames.lastUpTo(segment)?.segment ?? null)).toEqual([
    null,
    16,
    16,
    32,
    96,
  ])
})
