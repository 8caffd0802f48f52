import { expect, test } from 'vitest'
import { GrowingBytes } from './growing-bytes.ts'

const kibibyte = 1024
const usual = 640 * kibibyte

/** Bytes of a length, added in pieces of 33,000. */
function grown(length: number, bytes = new GrowingBytes(usual)): GrowingBytes {
  for (let at = 0; at < length; at += 33_000) bytes.append(Buffer.alloc(Math.min(33_000, length - at), `${at}`))
  return bytes
}

test.each([0, 1, 255, 257, 20_000, 33_000, 66_000, 200_000, 530_000, 655_360, 655_361, 3_000_000])(
  'what was added, %i bytes, is kept as it was, in memory of its own that is twice as much at most',
  (length) => {
    const expected = Buffer.from(grown(length).take())
    const kept = grown(length).keep()
    const held = kept.buffer.byteLength
    expect(kept.equals(expected)).toBe(true)
    expect(kept.length).toBe(length)
    expect(held).toBeLessThanOrEqual(2 * length)
    if (length < 32 * kibibyte) expect(held).toBe(length)
  },
)

test.each([530_000, usual])('what comes to as much as usual, %i bytes, has no more memory than that', (length) => {
  expect(grown(length).keep().buffer.byteLength).toBe(usual)
})

test('it is empty afterwards, and grows again', () => {
  const bytes = grown(100_000)
  bytes.keep()
  expect(bytes.size).toBe(0)
  expect(bytes.take()).toHaveLength(0)
  expect(grown(70_000, bytes).keep()).toHaveLength(70_000)
})
