import { createHmac, randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { createMaskCache, createMaskMac } from './mask-macs.ts'

const mac = createMaskMac(Buffer.alloc(32, 7))
const origin = { app: 'web', release: 'R1', key: 'SECRET' }

test('each rack, app, release, and key has its own MAC, which depends on the secret key', () => {
  const others = [
    mac('staging', origin),
    mac('production', origin),
    mac('staging', { ...origin, app: 'api' }),
    mac('staging', { ...origin, release: 'R2' }),
    mac('staging', { ...origin, key: 'OTHER' }),
    mac('staging', { app: 'web","R1', release: '', key: 'SECRET' }),
    createMaskMac(Buffer.alloc(32, 8))('staging', origin),
  ]
  expect(new Set(others).size).toBe(others.length)
  expect(mac('staging', origin)).toMatch(/^[\w-]{22}$/)
})

/** The input of the MAC for an empty name. */
const emptyText = JSON.stringify(['staging', 'web', 'R1', ''])

test.each([
  ['a short name', 'KEY'],
  ['an empty name', ''],
  ['a name with characters of several bytes', 'Schlüssel-🔑'],
  ['a name with a lone surrogate', '\ud800'],
  ['the longest name for the reused buffer', 'K'.repeat(1_000 - emptyText.length)],
  ['a name that is one character too long for the reused buffer', 'K'.repeat(1_001 - emptyText.length)],
  ['the longest name for the reused buffer, with 3 bytes per character', '€'.repeat(1_000 - emptyText.length)],
  ['a very long name', 'ü'.repeat(5_000)],
])('the MAC is the first 16 bytes of the HMAC-SHA256 that Node computes: %s', (_, name) => {
  for (const length of [0, 16, 32, 64]) {
    const key = randomBytes(length)
    const macOf = createMaskMac(key)
    macOf('another-rack', { ...origin, key: 'N'.repeat(900) })
    const hmac = createHmac('sha256', key).update(JSON.stringify(['staging', origin.app, origin.release, name]))
    expect(macOf('staging', { ...origin, key: name })).toBe(hmac.digest().subarray(0, 16).toString('base64url'))
  }
})

test('a key that is longer than a block is rejected', () => {
  expect(() => createMaskMac(randomBytes(65))).toThrow(RangeError)
})

test('a mask is computed once, and the cached text is the same', () => {
  const made = vi.fn(mac)
  const macOf = createMaskCache(made)
  for (let time = 0; time < 3; time++) {
    expect(macOf('staging', origin)).toBe(mac('staging', origin))
    expect(macOf('production', origin)).toBe(mac('production', origin))
  }
  expect(made).toHaveBeenCalledTimes(2)
})

test('the cache is bounded, and evicted masks are computed again', () => {
  const made = vi.fn(mac)
  const macOf = createMaskCache(made, 10)
  const origins = Array.from({ length: 25 }, (_, index) => ({
    ...origin,
    release: `R${index % 5}`,
    key: `KEY_${index}`,
  }))
  for (let round = 0; round < 2; round++)
    for (const one of origins) expect(macOf('staging', one)).toBe(mac('staging', one))
  expect(made).toHaveBeenCalledTimes(50)
  const long = { ...origin, key: 'K'.repeat(5_000) }
  macOf('staging', long)
  macOf('staging', long)
  expect(made).toHaveBeenCalledTimes(52)
})
