import { expect, test } from 'vitest'
import { readPlayerSearch, startPosition } from './player-search.ts'

const startedAt = '2026-11-28T12:00:00.000Z'

test('only known parameters with valid values are read from the address', () => {
  expect(readPlayerSearch({ t: 83.7, q: 7, dialog: 'end', other: 1 })).toEqual({ t: 83, q: '7', dialog: 'end' })
  for (const t of [-1, '83', Number.NaN, Number.POSITIVE_INFINITY, null]) expect(readPlayerSearch({ t })).toEqual({})
  expect(readPlayerSearch({ at: 'soon', q: '', dialog: 'other' })).toEqual({})
})

test('playing begins at the second, or at the time of an audit event', () => {
  const at = '2026-11-28T12:01:23.500Z'
  expect(startPosition({ t: 83, at }, startedAt)).toBe(83_000)
  expect(startPosition({ at }, startedAt)).toBe(83_500)
  expect(startPosition({ at: '2026-11-28T11:59:59.900Z' }, startedAt)).toBe(0)
  expect(startPosition({}, startedAt)).toBe(0)
})
