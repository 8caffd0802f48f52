import { expect, test } from 'vitest'
import { isRelyingParty, relyingPartyOf } from './relying-party.ts'

test.each([
  ['https://gateway.example.com', { id: 'gateway.example.com', origin: 'https://gateway.example.com' }],
  ['https://gateway.example.com:8443', { id: 'gateway.example.com', origin: 'https://gateway.example.com:8443' }],
  ['http://localhost:3000', { id: 'localhost', origin: 'http://localhost:3000' }],
])('passkeys of %s belong to its host name', (publicUrl, expected) => {
  expect(relyingPartyOf(publicUrl)).toEqual(expected)
})

test.each(['https://192.0.2.7', 'https://127.0.0.1:3000', 'http://[::1]:3000', 'https://[2001:db8::1]'])(
  'there are no passkeys for %s, and a sentence says why',
  (publicUrl) => {
    const party = relyingPartyOf(publicUrl)
    expect(isRelyingParty(party)).toBe(false)
    expect(party).toMatchObject({ reason: expect.stringContaining('PUBLIC_URL contains an IP address') })
  },
)

test('there are no passkeys without PUBLIC_URL', () => {
  expect(relyingPartyOf(null)).toMatchObject({ reason: expect.stringContaining('PUBLIC_URL is not set') })
})
