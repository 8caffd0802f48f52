import { expect, test } from 'vitest'
import { defaultLimits } from './limits.ts'
import { containerMiB, outsideHeap } from './memory.ts'

test('the memory for masked responses is the default of MASK_MEMORY', () => {
  const { MiB } = outsideHeap.find(({ part }) => part === '`MASK_MEMORY`') ?? { MiB: 0 }
  expect(MiB * 2 ** 20).toBe(defaultLimits.maskMemory)
})

test('a container needs 1,056 MiB', () => {
  expect(containerMiB).toBe(1_056)
})
