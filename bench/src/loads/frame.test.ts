import { expect, test } from 'vitest'
import { textFrame } from './frame.ts'

test('a server sends the payload as it is, behind its length', () => {
  const payload = Buffer.alloc(1_000, 'p')
  expect(textFrame(payload, null)).toEqual(Buffer.concat([Buffer.from([0x81, 126, 0x03, 0xe8]), payload]))
})

test('a client masks, and masking twice gives the payload', () => {
  const payload = Buffer.alloc(300, 'abc')
  const key = Buffer.from([1, 2, 3, 4])
  const frame = textFrame(payload, key)
  expect(frame.subarray(0, 8)).toEqual(Buffer.from([0x81, 0xfe, 0x01, 0x2c, 1, 2, 3, 4]))
  expect(textFrame(frame.subarray(8), key).subarray(8)).toEqual(payload)
})

test('other lengths have another head', () => {
  expect(() => textFrame(Buffer.alloc(125), null)).toThrow('two bytes')
  expect(() => textFrame(Buffer.alloc(65_536), null)).toThrow('two bytes')
})
