import { expect, test } from 'vitest'
import { alarmsText } from './alarms-text.ts'

test.each([
  [0, 0, 'Alarms'],
  [1, 1, '1 open alarm'],
  [1, 3, '3 open alarms'],
  [0, null, 'Alarms: not counted'],
  [2, null, 'At least 2 open alarms'],
])('with %i findings of an inconsistent log and %s open alarms, the button says %s', (alarms, openAlarms, text) => {
  expect(alarmsText({ alarms, openAlarms })).toBe(text)
})
