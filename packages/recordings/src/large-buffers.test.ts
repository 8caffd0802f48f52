import { expect, test } from 'vitest'
import { giveBuffer, takeBuffer } from './large-buffers.ts'

const size = 128 * 1024

test('what was given back is taken again, by one at a time', () => {
  const first = takeBuffer(size)
  giveBuffer(first)
  const [again, other] = [takeBuffer(size), takeBuffer(size)]
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('no more than a few are kept, and none that is small or part of another', () => {
  const many: Buffer[] = Array.from({ length: 20 }, () => Buffer.allocUnsafeSlow(size))
  for (const buffer of many) giveBuffer(buffer)
  const back = Array.from({ length: 20 }, () => takeBuffer(size)).filter((buffer) => many.includes(buffer))
  expect(back).toHaveLength(8)
  const [small, part] = [Buffer.allocUnsafeSlow(1_024), Buffer.allocUnsafeSlow(2 * size).subarray(0, size)]
  giveBuffer(small)
  giveBuffer(part)
  expect([takeBuffer(1_024) === small, takeBuffer(size) === part]).toEqual([false, false])
})
