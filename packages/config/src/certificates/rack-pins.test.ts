import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pinsProblem, splitPins } from './rack-pins.ts'

/** The same key, as openssl prints its digest in base64 and in hex. */
const base64 = 'sha256/oBQRg8u+QooIM2nLo0DKAccEsRbIMLdhnBboyXNn8wg='
const hex = 'a0141183cbbe428a083369cba340ca01c704b116c830b7619c16e8c97367f308'
const colons = hex.replace(/..(?!$)/g, '$&:')
const other = 'sha256/MPRmD5jNUlPw8/zA9x6VzMJpYwVdqvKbCSPsZxP4KZ0='

test.each([
  ['base64', base64],
  ['hex', hex],
  ['hex in capitals', hex.toUpperCase()],
  ['hex with colons', colons],
  ['hex with colons in capitals', colons.toUpperCase()],
  ['spaces around it', ` ${base64} `],
])('%s is a pin, and all are the same one', (_name, value) => {
  expect(pinsProblem(value)).toBeNull()
  expect(splitPins(value)).toEqual([base64])
})

test('several are separated by commas, and keep their order', () => {
  expect(pinsProblem(`${other}, ${hex}`)).toBeNull()
  expect(splitPins(`${other}, ${hex}`)).toEqual([other, base64])
})

const digest = Buffer.from(hex, 'hex')

test.each([
  ['nothing', ''],
  ['a space', ' '],
  ['base64 without its name', digest.toString('base64')],
  ['base64 with two slashes', base64.replace('/', '//')],
  ['base64 without its end', base64.slice(0, -1)],
  ['base64 for addresses', `sha256/${digest.toString('base64url')}=`],
  ['base64 with bits behind the digest', base64.replace('wg=', 'wh=')],
  ['base64 in capitals', base64.toUpperCase()],
  ['base64 of 31 bytes', `sha256/${digest.subarray(1).toString('base64')}`],
  ['base64 of 33 bytes', `sha256/${Buffer.concat([digest, Buffer.of(1)]).toString('base64')}`],
  ['base64 of hex', `sha256/${hex}`],
  ['a digest of another kind', 'sha1/2jmj7l5rSw0yVb/vlWAYkK/YBwk='],
  ['63 digits', hex.slice(1)],
  ['65 digits', `${hex}0`],
  ['an invalid digit', `g${hex.slice(1)}`],
  ['a colon at the end', `${colons}:`],
  ['colons at some places', `a0:${hex.slice(2)}`],
  ['a label before it', `SHA256 Fingerprint=${colons}`],
  ['another line', `${base64}\n${other}`],
])('%s is no pin', (_name, value) => {
  expect(pinsProblem(value)).toBe('is not the SHA-256 of a key')
  expect(pinsProblem(`${other},${value}`)).toBe('has a pin (number 2) that is not the SHA-256 of a key')
})

test('an extra comma is an error', () => {
  for (const value of [`${base64},`, `,${base64}`, `${base64},,${other}`]) expect(pinsProblem(value)).not.toBeNull()
})

test('the same key twice is an error, also in two notations', () => {
  expect(pinsProblem(`${base64},${other},${colons}`)).toBe('has a pin (number 3) that is the same as number 1')
})

test('every notation of a digest gives the same pin', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const made = createHash('sha256').update(bytes).digest()
      const pin = `sha256/${made.toString('base64')}`
      for (const value of [pin, made.toString('hex'), made.toString('hex').toUpperCase()]) {
        expect(pinsProblem(value)).toBeNull()
        expect(splitPins(value)).toEqual([pin])
      }
    }),
  )
})

test('every accepted pin has 32 bytes', () => {
  const near = fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^sha256\/[A-Za-z0-9+/]{40,46}={0,2}$/))
  fc.assert(
    fc.property(near, (value) => {
      if (pinsProblem(value) !== null) return
      for (const pin of splitPins(value)) expect(pin).toMatch(/^sha256\/[A-Za-z0-9+/]{43}=$/)
    }),
  )
})
