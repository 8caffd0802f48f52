import { expect, test } from 'vitest'
import { relativeTime } from './time.tsx'

const now = Date.parse('2027-01-31T12:00:00Z')

test.each([
  [0, 'now'],
  [-30, '30 sec. ago'],
  [-90, '1 min. ago'],
  [-7_200, '2 hr. ago'],
  [-86_400 * 3, '3 days ago'],
  [3_600, 'in 1 hr.'],
])('%i s from now is %s', (seconds, text) => {
  expect(relativeTime(now + seconds * 1_000, now)).toBe(text)
})
