import crypto, { createHash, createHmac, hkdfSync } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, type MockInstance, onTestFinished, test, vi } from 'vitest'
import type { TokenKind } from '../errors/denial.ts'
import { isDenial } from '../errors/denial.ts'
import { InvalidExpiry, NoSecretKey, RepeatedSecretKey, WeakSecretKey } from '../errors/errors.ts'
import { decodeBytes, encodeBytes, encodeNumber } from './base62.ts'
import { createTokenMint } from './token.ts'

const oldSecret = Buffer.alloc(32, 'old secret ')
const secret = Buffer.alloc(48, 'newest secret ')
const mint = createTokenMint([secret, oldSecret])
const now = Date.UTC(2026, 0, 2, 3, 4, 5)
const later = now + 3_600_000
const kinds: readonly TokenKind[] = ['session', 'browser', 'api-token', 'workload']
const kind = fc.constantFrom(...kinds)
const random = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => () => Buffer.from(bytes))
const expiry = fc.integer({ min: now / 1000 + 1, max: 2 ** 40 - 1 }).map((seconds) => seconds * 1000)

test('the format is fixed: this text, for these keys, kind, end and random bytes, for ever', () => {
  const fixed = createTokenMint([Buffer.alloc(32, 1)])
  const { token, hash } = fixed.issue('session', Date.UTC(2027, 0, 1), (size) => Buffer.alloc(size, 2))
  expect(token).toBe('rgs_02rFdhUM2d4OKj1DRBPWOo0j7IzfttBFXr5PEOoGlyl8xJqxuHVg9fdJv0SK9rb')
  expect(hash.toString('hex')).toBe('03c4938d63b31da8b905291b46051dd3831e4a298a2081346ae6c95b058d7705')
})

test('each part of a token has the position and the content that the format specifies', () => {
  const { token } = mint.issue('api-token', later, (size) => Buffer.alloc(size, 7))
  const payload = decodeBytes(token.slice(4, 61), 42) ?? Buffer.alloc(0)
  const derive = (info: string, size: number) => Buffer.from(hkdfSync('sha256', secret, 'rack-gateway', info, size))
  const signed = Buffer.concat([Buffer.from('rgt_'), payload.subarray(0, 26)])
  const mac = createHmac('sha256', derive('rack-gateway/token-signature/1', 32)).update(signed).digest()
  expect(payload[0]).toBe(1)
  expect(payload.subarray(1, 5)).toEqual(derive('rack-gateway/token-key-id/1', 4))
  expect(payload.subarray(5, 21)).toEqual(Buffer.alloc(16, 7))
  expect(payload.readUIntBE(21, 5)).toBe(later / 1000)
  expect(payload.subarray(26)).toEqual(mac.subarray(0, 16))
  expect(token.slice(61)).toBe(encodeNumber(crc32(token.slice(0, 61)), 6))
})

test('an issued token is verified, and its hash is the SHA-256 of the whole text', () => {
  fc.assert(
    fc.property(kind, expiry, random, (kind, expiresAt, random) => {
      const { token, hash } = mint.issue(kind, expiresAt, random)
      expect(token).toMatch(/^rg[sbtw]_[0-9A-Za-z]{63}$/)
      expect(mint.verify(token, now)).toEqual({ kind, expiresAt, hash })
      expect(hash).toEqual(createHash('sha256').update(token).digest())
    }),
  )
})

test('two tokens never share their random part', () => {
  const tokens = new Set(Array.from({ length: 100 }, () => mint.issue('session', later).token))
  expect(tokens.size).toBe(100)
})

test('any character changed is refused, whatever it becomes', () => {
  const { token } = mint.issue('session', later)
  const position = fc.integer({ min: 0, max: token.length - 1 })
  fc.assert(
    fc.property(position, fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }), (at, character) => {
      fc.pre(token.charAt(at) !== character)
      expect(mint.verify(token.slice(0, at) + character + token.slice(at + 1), now)).toMatchObject({
        rule: 'malformed-token',
      })
    }),
  )
})

test('any signed bit changed is refused even when the check digits are made to fit', () => {
  const { token } = mint.issue('session', later)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 42 * 8 - 1 }), (bit) => {
      const response = mint.verify(
        forged(token, (payload) => flip(payload, bit)),
        now,
      )
      expect(response).toMatchObject({ rule: bit < 8 ? 'unknown-version' : bit < 40 ? 'unknown-key' : 'bad-signature' })
    }),
  )
})

test('the signature covers the prefix: a session token is no API token', () => {
  const { token } = mint.issue('session', later)
  const body = `rgt_${token.slice(4, 61)}`
  expect(mint.verify(body + encodeNumber(crc32(body), 6), now)).toMatchObject({ rule: 'bad-signature' })
})

test('a token has one text: the same number plus 2^336, which 57 digits can also represent, is rejected', () => {
  const payload = decodeBytes(mint.issue('session', later).token.slice(4, 61), 42)
  const beyond = encodeBytes(Buffer.concat([Buffer.from([1]), payload ?? Buffer.alloc(0)]), 57)
  const body = `rgs_${beyond}`
  expect(mint.verify(body + encodeNumber(crc32(body), 6), now)).toMatchObject({ rule: 'malformed-token' })
})

test.each(['-', '_', ' ', '\n', '\0', 'é', '\uff11'])(
  '%j among the digits is rejected even if the check digits match',
  (foreign) => {
    const { token } = mint.issue('session', later)
    for (const at of [4, 30, 60]) {
      const body = token.slice(0, at) + foreign + token.slice(at + 1, 61)
      expect(mint.verify(body + encodeNumber(crc32(body), 6), now)).toMatchObject({ rule: 'malformed-token' })
    }
  },
)

test.each([
  ['nothing', () => ''],
  ['only a prefix', () => 'rgs_'],
  ['another prefix', (token: string) => `rgx_${token.slice(4)}`],
  ['an upper-case prefix', (token: string) => `RGS_${token.slice(4)}`],
  ['the other case', (token: string) => token.toUpperCase()],
  ['a space after it', (token: string) => `${token} `],
  ['a space before it', (token: string) => ` ${token}`],
  ['a newline after it', (token: string) => `${token}\n`],
  ['a newline instead of the last character', (token: string) => `${token.slice(0, -1)}\n`],
  ['a NUL after it', (token: string) => `${token}\0`],
  ['the last character cut', (token: string) => token.slice(0, -1)],
  ['one character more', (token: string) => `${token}0`],
  ['a zero put in front of the number', (token: string) => `rgs_0${token.slice(4)}`],
  ['itself twice', (token: string) => token + token],
  ['percent escapes', (token: string) => token.replace('_', '%5F')],
  ['full-width digits', (token: string) => `${token.slice(0, -1)}１`],
  ['a megabyte', (token: string) => token.padEnd(2 ** 20, '0')],
  ['a name of an object property', () => '__proto__'],
])('%s is malformed', (_, change) => {
  expect(mint.verify(change(mint.issue('session', later).token), now)).toMatchObject({ rule: 'malformed-token' })
})

test('an older key still verifies, and only the newest signs', () => {
  const before = createTokenMint([oldSecret]).issue('session', later)
  expect(mint.verify(before.token, now)).toMatchObject({ kind: 'session' })
  expect(createTokenMint([secret]).verify(mint.issue('session', later).token, now)).toMatchObject({ kind: 'session' })
})

test('a removed key verifies no token', () => {
  const { token } = createTokenMint([oldSecret]).issue('session', later)
  expect(createTokenMint([secret]).verify(token, now)).toMatchObject({ rule: 'unknown-key' })
})

test('a token with the right key id signed by another key is refused', () => {
  const { token } = createTokenMint([oldSecret]).issue('session', later)
  const keyId = Buffer.from(hkdfSync('sha256', secret, 'rack-gateway', 'rack-gateway/token-key-id/1', 4))
  const forgery = forged(token, (payload) => keyId.copy(payload, 1))
  expect(createTokenMint([secret]).verify(forgery, now)).toMatchObject({ rule: 'bad-signature' })
})

test('a token ends at its second, not after it', () => {
  const { token, expiresAt } = mint.issue('session', later + 999)
  expect(expiresAt).toBe(later)
  expect(isDenial(mint.verify(token, later - 1))).toBe(false)
  expect(mint.verify(token, later)).toMatchObject({ rule: 'expired-token' })
})

test('the denial of an expired token says when it expired and what to do', () => {
  const reasons = kinds.map((kind) => mint.verify(mint.issue(kind, now).token, now))
  expect(reasons).toMatchObject([
    {
      rule: 'expired-token',
      reason: 'Your session expired on 2026-01-02 03:04 UTC.',
      remedy: 'Run "rack-gateway login".',
    },
    { rule: 'expired-token', reason: 'Your session expired on 2026-01-02 03:04 UTC.', remedy: 'Log in again.' },
    {
      rule: 'expired-token',
      reason: 'This API token expired on 2026-01-02 03:04 UTC.',
      remedy: 'Ask an administrator or its owner for a new one.',
    },
    {
      rule: 'expired-token',
      reason: 'The token of this job expired on 2026-01-02 03:04 UTC.',
      remedy: 'Start the job again.',
    },
  ])
})

test('the signature is verified before the expiry, so that the error for a forged token does not mention expiry', () => {
  const { token } = mint.issue('session', now - 1000)
  expect(
    mint.verify(
      forged(token, (payload) => flip(payload, 335)),
      now,
    ),
  ).toMatchObject({ rule: 'bad-signature' })
})

/** Watches the comparisons that the mint makes until the test ends. */
function watchComparisons(): MockInstance<typeof crypto.timingSafeEqual> {
  const compare = vi.spyOn(crypto, 'timingSafeEqual')
  syncBuiltinESMExports()
  onTestFinished(() => {
    compare.mockRestore()
    syncBuiltinESMExports()
  })
  return compare
}

test('check digits come before the signature: a mistyped token costs no HMAC', () => {
  const { token } = mint.issue('session', later)
  const compare = watchComparisons()
  mint.verify(`${token.slice(0, 20)}${token.charAt(20) === 'a' ? 'b' : 'a'}${token.slice(21)}`, now)
  expect(compare).not.toHaveBeenCalled()
})

test('signatures are compared in constant time, all 16 bytes', () => {
  const { token } = mint.issue('session', later)
  const compare = watchComparisons()
  mint.verify(token, now)
  expect(compare).toHaveBeenCalledOnce()
  expect(compare.mock.calls[0]?.map((part) => part.byteLength)).toEqual([16, 16])
})

test('a token can expire after 2106, when 32 bits of seconds overflow', () => {
  const end = Date.UTC(2200, 0, 1)
  expect(mint.verify(mint.issue('session', end).token, now)).toMatchObject({ expiresAt: end })
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40 * 1000])('an end at %d is refused', (end) => {
  expect(() => mint.issue('session', end)).toThrow(InvalidExpiry)
})

test('a mint needs at least one key, each long enough and different', () => {
  expect(() => createTokenMint([])).toThrow(NoSecretKey)
  expect(() => createTokenMint([Buffer.alloc(31)])).toThrow(WeakSecretKey)
  expect(() => createTokenMint([secret, oldSecret, secret])).toThrow(RepeatedSecretKey)
})

test('no refusal shows any part of the token', () => {
  const { token } = createTokenMint([oldSecret]).issue('session', later)
  const response = createTokenMint([secret]).verify(token, now)
  expect(JSON.stringify(response)).not.toContain(token.slice(4, 12))
})

/** The token with its payload changed and the check digits made anew, as anybody could. */
function forged(token: string, change: (payload: Buffer) => void): string {
  const payload = decodeBytes(token.slice(4, 61), 42) ?? Buffer.alloc(42)
  change(payload)
  const body = token.slice(0, 4) + encodeBytes(payload, 57)
  return body + encodeNumber(crc32(body), 6)
}

function flip(payload: Buffer, bit: number): void {
  payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7))
}
