import { expect, test } from 'vitest'
import { createSeal } from './seal.ts'

const [key, other] = ['a', 'b'].map((text) => Buffer.alloc(32, text)) as [Buffer, Buffer]

test('what is sealed for one purpose is nothing for another, nor with another key', () => {
  const sealed = createSeal<string>([key], 'test/one/1').seal('value')
  expect(createSeal<string>([other, key], 'test/one/1').open(sealed)).toBe('value')
  expect(createSeal<string>([key], 'test/two/1').open(sealed)).toBeNull()
  expect(createSeal<string>([other], 'test/one/1').open(sealed)).toBeNull()
})

test.each(['', 'x', '!', 'A'.repeat(38), 'A'.repeat(5_000)])('what nobody has sealed is nothing: %#', (text) => {
  expect(createSeal([key], 'test/one/1').open(text)).toBeNull()
})
