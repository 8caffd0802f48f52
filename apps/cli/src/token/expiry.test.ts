import { expect, test } from 'vitest'
import { expiryOf } from './expiry.ts'

const now = Date.parse('2026-06-15T12:00:00Z')

test.each([
  ['2026-06-15T12:00:00Z', 'expired', 'expired less than a minute ago'],
  ['2026-06-15T11:59:59Z', 'expired', 'expired less than a minute ago'],
  ['2024-02-01T00:00:00Z', 'expired', 'expired 865 days ago'],
  ['2026-06-15T12:00:01Z', 'expires soon', 'expires in less than a minute'],
  ['2026-06-15T14:30:00+01:00', 'expires soon', 'expires in 1 hour'],
  ['2026-06-18T12:00:00Z', 'expires soon', 'expires in 3 days'],
  ['2026-06-18T12:00:01Z', 'valid', 'expires in 3 days'],
  ['2026-07-15T12:00:00Z', 'valid', 'expires in 30 days'],
])('a token that expires at %s: %s (%s)', (at, state, words) => {
  expect(expiryOf(at, now)).toMatchObject({ state, words })
})

test.each([undefined, '', 'soon', '2026-13-45', 'never'])(
  'the state is unknown if the text is not a date: %j',
  (at) => {
    expect(expiryOf(at, now)).toEqual({ state: 'unknown' })
  },
)
