import { expect, test } from 'vitest'
import { buildDurationText } from './build-duration.ts'

test.each([
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:42.4Z', '42 s'],
  ['2026-01-01T00:00:00Z', '2026-01-01T01:01:30Z', '61 m 30 s'],
  ['2026-01-01T00:00:00Z', null, ''],
  [null, '2026-01-01T00:00:00Z', ''],
  ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', ''],
])('from %s to %s: %j', (started, ended, text) => {
  expect(buildDurationText({ started, ended })).toBe(text)
})
