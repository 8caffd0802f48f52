import { expect, test } from 'vitest'
import { createSeal, createValueSeal } from './seal.ts'

const [older, newer] = ['o', 'n'].map((sign) => Buffer.from(sign.repeat(32)))
if (!older || !newer) throw new Error('there are two keys')

test('a sealed text opens only for its owner, and does not contain the text', () => {
  const { seal, open } = createSeal([newer])
  const sealed = seal('a secret', 'ann')
  expect(sealed.includes('a secret')).toBe(false)
  expect([open(sealed, 'ann'), open(sealed, 'bob'), open(sealed)]).toEqual(['a secret', null, null])
})

test('every key opens, and the newest one seals', () => {
  const old = createSeal([older]).seal('kept', 'ann')
  const both = createSeal([newer, older])
  expect(both.open(old, 'ann')).toBe('kept')
  expect(createSeal([older]).open(both.seal('new', 'ann'), 'ann')).toBeNull()
  expect(createSeal([newer]).open(both.seal('new', 'ann'), 'ann')).toBe('new')
})

test.each([0, 12, 28, 30])('a seal does not open if it is changed or truncated at byte %i', (at) => {
  const { seal, open } = createSeal([newer])
  const sealed = seal('a secret', 'ann')
  const changed = Buffer.from(sealed)
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
  expect([open(changed, 'ann'), open(sealed.subarray(0, at), 'ann')]).toEqual([null, null])
})

test('a sealed value opens only for its purpose and with its key', () => {
  const sealed = createValueSeal<string>([newer]).seal('value')
  expect(createValueSeal<string>([older, newer]).open(sealed)).toBe('value')
  expect(createValueSeal<string>([older]).open(sealed)).toBeNull()
})

test.each(['', 'x', '!', 'A'.repeat(38), 'A'.repeat(5_000)])(
  'a text that nobody has sealed does not open: %#',
  (text) => {
    expect(createValueSeal([newer]).open(text)).toBeNull()
  },
)
