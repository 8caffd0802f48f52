// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { relativeTime, Time } from './time.tsx'
import { setTimeZone } from './time-zone.ts'

afterEach(() => {
  cleanup()
  setTimeZone('local')
})

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

test.each([
  ['local', '2027-01-31 12:00:00Z'],
  ['short', '01-31 12:00:00Z'],
  ['relative', '2027-01-31 12:00:00Z'],
] as const)('in UTC, a time of the kind %s is shown as %s', (kind, text) => {
  render(<Time at="2027-01-31T12:00:00.123Z" kind={kind} />)
  expect(screen.queryByText(text)).toBeNull()
  expect(screen.getByTitle(/2027-01-31T12:00:00\.123Z$/).tagName).toBe('TIME')
  act(() => setTimeZone('utc'))
  expect(screen.getByText(text).tagName).toBe('TIME')
  expect(localStorage.getItem('time-zone')).toBe('utc')
})
