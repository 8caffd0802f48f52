import { afterEach, expect, test, vi } from 'vitest'
import { collectedMemory } from './collected-memory.ts'

afterEach(() => void vi.unstubAllGlobals())

test('the memory is read after collections', async () => {
  const gc = vi.fn()
  vi.stubGlobal('gc', gc)
  const { heap, external, arrayBuffers } = await collectedMemory()
  expect(gc).toHaveBeenCalledTimes(4)
  expect([heap > 0, external >= arrayBuffers]).toEqual([true, true])
})

test('without the flag, there is no result', async () => {
  vi.stubGlobal('gc', undefined)
  await expect(collectedMemory()).rejects.toThrow('--expose-gc')
})
