import { expect, test } from 'vitest'
import { expiresAtOf } from './expiry-field.tsx'

const now = Date.parse('2027-01-31T12:00:00Z')

test.each([
  [{ after: '', date: '' }, undefined],
  [{ after: 'never', date: '' }, undefined],
  [{ after: '7', date: '' }, '2027-02-07T12:00:00.000Z'],
  [{ after: 'date', date: '2027-03-01' }, new Date(2027, 2, 1, 23, 59, 59).toISOString()],
  [{ after: 'date', date: 'soon' }, undefined],
])('%j is %s', (expiry, at) => {
  expect(expiresAtOf(expiry, now)).toBe(at)
})
