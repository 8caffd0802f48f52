import { expect, test } from 'vitest'
import { giveBuffer, takeBuffer } from './large-buffers.ts'

const size = 128 * 1024 + 2
const most = 16 * 1024 * 1024

test('what was given back, as a whole or by a view, is taken again, by one at a time', () => {
  for (const view of [(all: Buffer) => all, (all: Buffer) => all.subarray(10, 20)]) {
    const first = takeBuffer(size)
    giveBuffer(view(first))
    const [again, other] = [takeBuffer(size), takeBuffer(size)]
    expect([again.buffer === first.buffer, again.length, other.buffer === first.buffer]).toEqual([true, size, false])
  }
})

test('no more than 16 MiB are kept, and nothing that is small', () => {
  const many = Array.from({ length: 200 }, () => takeBuffer(size))
  for (const buffer of many) giveBuffer(buffer)
  const known = new Set(many.map(({ buffer }) => buffer))
  const back = Array.from({ length: 200 }, () => takeBuffer(size)).filter(({ buffer }) => known.has(buffer))
  expect(back).toHaveLength(Math.floor(most / size))
  const small = Buffer.allocUnsafeSlow(1_024)
  giveBuffer(small)
  expect(takeBuffer(1_024).buffer).not.toBe(small.buffer)
})
