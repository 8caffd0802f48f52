import { describe, expect, test } from 'vitest'
import { parseStart } from './start-time.ts'

/** Noon here. */
const noon = new Date(2030, 0, 2, 12, 0, 0, 0).getTime()

describe('the start of the working time', () => {
  test.each([
    ['23:00', new Date(2030, 0, 2, 23)],
    ['12:01', new Date(2030, 0, 2, 12, 1)],
    ['12:00', new Date(2030, 0, 3, 12)],
    ['9:30', new Date(2030, 0, 3, 9, 30)],
    ['00:00', new Date(2030, 0, 3)],
    ['2h', new Date(2030, 0, 2, 14)],
    ['2030-01-05', new Date(2030, 0, 5)],
    ['2030-01-05 08:15', new Date(2030, 0, 5, 8, 15)],
    ['2030-01-05T08:15:00Z', new Date(Date.UTC(2030, 0, 5, 8, 15))],
    ['2030-01-05T08:15:00+02:00', new Date(Date.UTC(2030, 0, 5, 6, 15))],
  ])('%s', (text, expected) => {
    expect(parseStart(text, noon)).toBe(expected.toISOString())
  })

  test('a time of day is never more than a day and an hour away, also when the clocks change', () => {
    for (let day = 1; day <= 366; day++)
      for (const hour of [0, 1, 2, 3, 22]) {
        const now = new Date(2030, 0, day, 1, 30).getTime()
        const start = Date.parse(parseStart(`${hour}:15`, now))
        expect(start).toBeGreaterThan(now)
        expect(start - now).toBeLessThanOrEqual(25 * 3_600_000)
      }
  })

  test.each(['24:00', '23:60', '23', '23:00:00', 'soon', '', '2030-02-30', '1:2', '-2h', '2 h'])(
    '%j is not a time',
    (text) => {
      expect(() => parseStart(text, noon)).toThrow('--start is not a time. Use a time such as 23:00')
    },
  )

  test.each(['2030-01-01', '2029-12-31T00:00Z', '0s'])('%s is in the past', (text) => {
    expect(() => parseStart(text, noon)).toThrow('--start is in the past')
  })
})
