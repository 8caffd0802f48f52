import { expect, test } from 'vitest'
import { GrowingBytes } from './growing-bytes.ts'

const kibibyte = 1024
const expectedSize = 640 * kibibyte

/** Adds `length` bytes in pieces of 33,000. */
function grow(length: number, bytes = new GrowingBytes(expectedSize)): GrowingBytes {
  for (let at = 0; at < length; at += 33_000) bytes.append(Buffer.alloc(Math.min(33_000, length - at), `${at}`))
  return bytes
}

test.each([0, 1, 255, 257, 20_000, 33_000, 66_000, 200_000, 530_000, 655_360, 655_361, 3_000_000])(
  'takeCompact returns the %i added bytes, in a buffer of at most twice their size',
  (length) => {
    const expected = Buffer.from(grow(length).take())
    const kept = grow(length).takeCompact()
    const held = kept.buffer.byteLength
    expect(kept.equals(expected)).toBe(true)
    expect(kept.length).toBe(length)
    expect(held).toBeLessThanOrEqual(2 * length)
    if (length < 32 * kibibyte) expect(held).toBe(length)
  },
)

test.each([530_000, expectedSize])(
  'a buffer that stays within the expected size, %i bytes, does not grow beyond it',
  (length) => {
    expect(grow(length).takeCompact().buffer.byteLength).toBe(expectedSize)
  },
)

test('after takeCompact the buffer is empty and can grow again', () => {
  const bytes = grow(100_000)
  bytes.takeCompact()
  expect(bytes.size).toBe(0)
  expect(bytes.take()).toHaveLength(0)
  expect(grow(70_000, bytes).takeCompact()).toHaveLength(70_000)
})
