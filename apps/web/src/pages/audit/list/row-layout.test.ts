import { expect, test } from 'vitest'
import { rowLayout, stableScrollTop } from './row-layout.ts'

test.each([
  [1_000, 1, 24, 24],
  [590, 2, 48, 0],
  [320, 3, 72, 0],
])('in a list of %i px, a row has %i lines', (width, lines, rowHeight, headHeight) => {
  expect(rowLayout(width)).toEqual({ lines, rowHeight, headHeight })
})

test('a row stays where it is when rows appear above it, and when rows become higher', () => {
  const [wide, medium] = [rowLayout(1_000), rowLayout(590)]
  expect(stableScrollTop({ scrollTop: 100, index: [4, 6], layout: [wide, wide] })).toBe(148)
  const higher = stableScrollTop({ scrollTop: 0, index: [10, 10], layout: [wide, medium] })
  expect(10 * medium.rowHeight - higher).toBe(wide.headHeight + 10 * wide.rowHeight)
  expect(stableScrollTop({ scrollTop: higher, index: [10, 10], layout: [medium, wide] })).toBe(0)
})
