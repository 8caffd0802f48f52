import { Secret, TOTP } from 'otpauth'
import { expect, test } from 'vitest'
import { createTotpSecret, totpStep, totpUri } from './totp.ts'

// RFC 6238, appendix B, cut to six digits.
const secret = Secret.fromLatin1('12345678901234567890').base32
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [20_000_000_000, '353130'],
])('at %d seconds, the code is %s', (seconds, code) => {
  expect(totpStep(secret, code, seconds * 1_000)).toBe(Math.floor(seconds / 30))
  expect(totpStep(secret, ` ${code.slice(0, 3)} ${code.slice(3)}`, seconds * 1_000)).not.toBeNull()
})

test.each([
  '',
  '28708',
  '2870820',
  '٢٨٧٠٨٢',
  '287o82',
  '28708２',
  '287082\n',
  '0x12ab',
  '-28708',
  '2.8e05',
  '\0\0\0\0\0\0',
])('%j is no code', (code) => {
  expect(totpStep(secret, code, 59_000)).toBeNull()
})

test('every secret has 160 bits, and is another', () => {
  const secrets = Array.from({ length: 100 }, createTotpSecret)
  expect(new Set(secrets).size).toBe(100)
  for (const one of secrets) expect(one).toMatch(/^[A-Z2-7]{32}$/)
})

test('the address for apps names the gateway and the user, whatever their names contain', () => {
  const uri = totpUri(secret, { email: 'a+b&secret=x@example.com', host: 'gateway.example.com' })
  const { searchParams } = new URL(uri)
  expect(searchParams.getAll('secret')).toEqual([secret])
  expect(searchParams.get('issuer')).toBe('Rack Gateway gateway.example.com')
  expect(decodeURIComponent(uri)).toContain('a+b&secret=x@example.com')
  expect(totpUri(secret, { email: 'ann@example.com', host: null })).toContain('issuer=Rack%20Gateway&')
  expect(new TOTP({ secret: Secret.fromBase32(secret) }).digits).toBe(6)
})
