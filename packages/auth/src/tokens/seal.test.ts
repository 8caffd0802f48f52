import { expect, test } from 'vitest'
import { createSeal, createValueSeal } from './seal.ts'

const [older, newer] = ['o', 'n'].map((sign) => Buffer.from(sign.repeat(32)))
const purpose = 'rack-gateway/test/1'
if (!older || !newer) throw new Error('there are two keys')

test('what was sealed opens for its owner alone, and does not hold the text', () => {
  const { seal, open } = createSeal([newer], purpose)
  const sealed = seal('a secret', 'ann')
  expect(sealed.includes('a secret')).toBe(false)
  expect([open(sealed, 'ann'), open(sealed, 'bob'), open(sealed)]).toEqual(['a secret', null, null])
})

test('every key opens, and the newest one seals', () => {
  const old = createSeal([older], purpose).seal('kept', 'ann')
  const both = createSeal([newer, older], purpose)
  expect(both.open(old, 'ann')).toBe('kept')
  expect(createSeal([older], purpose).open(both.seal('new', 'ann'), 'ann')).toBeNull()
  expect(createSeal([newer], purpose).open(both.seal('new', 'ann'), 'ann')).toBe('new')
})

test('another purpose has another key', () => {
  expect(createSeal([newer], 'rack-gateway/other/1').open(createSeal([newer], purpose).seal('x'))).toBeNull()
})

test.each([0, 12, 28, 30])('nothing opens with a changed byte, at %i, or cut there', (at) => {
  const { seal, open } = createSeal([newer], purpose)
  const sealed = seal('a secret', 'ann')
  const changed = Buffer.from(sealed)
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
  expect([open(changed, 'ann'), open(sealed.subarray(0, at), 'ann')]).toEqual([null, null])
})

test('a value that is sealed for one purpose is nothing for another, nor with another key', () => {
  const sealed = createValueSeal<string>([newer], 'test/one/1').seal('value')
  expect(createValueSeal<string>([older, newer], 'test/one/1').open(sealed)).toBe('value')
  expect(createValueSeal<string>([newer], 'test/two/1').open(sealed)).toBeNull()
  expect(createValueSeal<string>([older], 'test/one/1').open(sealed)).toBeNull()
})

test.each(['', 'x', '!', 'A'.repeat(38), 'A'.repeat(5_000)])('what nobody has sealed is nothing: %#', (text) => {
  expect(createValueSeal([newer], 'test/one/1').open(text)).toBeNull()
})
