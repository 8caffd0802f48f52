import { expect, test, vi } from 'vitest'
import { createMaskMac, createMaskTexts } from './mask-macs.ts'

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
  ].map((one) => one.toString('hex'))
  expect(new Set(others).size).toBe(others.length)
  expect(mac('staging', origin)).toHaveLength(16)
})

test('a mask is computed once, and the cached text is the same', () => {
  const made = vi.fn(mac)
  const textOf = createMaskTexts(made)
  for (let time = 0; time < 3; time++) {
    expect(textOf('staging', origin)).toBe(mac('staging', origin).toString('base64url'))
    expect(textOf('production', origin)).toBe(mac('production', origin).toString('base64url'))
  }
  expect(made).toHaveBeenCalledTimes(2)
})

test('the cache is bounded, and evicted masks are computed again', () => {
  const made = vi.fn(mac)
  const textOf = createMaskTexts(made, 10)
  const origins = Array.from({ length: 25 }, (_, index) => ({
    ...origin,
    release: `R${index % 5}`,
    key: `KEY_${index}`,
  }))
  for (let round = 0; round < 2; round++)
    for (const one of origins) expect(textOf('staging', one)).toBe(mac('staging', one).toString('base64url'))
  expect(made).toHaveBeenCalledTimes(50)
  const long = { ...origin, key: 'K'.repeat(5_000) }
  textOf('staging', long)
  textOf('staging', long)
  expect(made).toHaveBeenCalledTimes(52)
})
