import type { GCProfilerResult } from 'node:v8'
import { expect, test } from 'vitest'
import { allocatedBetween, collectedBytes } from './allocations.ts'

test('allocated bytes include the bytes that collections freed', () => {
  const collection = (before: number, after: number) =>
    ({
      beforeGC: { heapStatistics: { usedHeapSize: before } },
      afterGC: { heapStatistics: { usedHeapSize: after } },
    }) as GCProfilerResult['statistics'][number]
  expect(collectedBytes([])).toBe(0)
  expect(collectedBytes([collection(1_000, 200), collection(900, 300)])).toBe(1_400)
})

test('the result is the difference, divided by the number of calls', () => {
  const allocated = allocatedBetween({ bytes: 1_000, promises: 10 }, { bytes: 5_000, promises: 30 }, 4)
  expect(allocated).toEqual({ bytes: 1_000, promises: 5 })
})
