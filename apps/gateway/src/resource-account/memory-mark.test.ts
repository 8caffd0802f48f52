import { expect, test } from 'vitest'
import { createMemoryMark } from './memory-mark.ts'

const mebibyte = 1024 * 1024

function startMark() {
  const memory = { used_heap_size: 100 * mebibyte, heap_size_limit: 400 * mebibyte, external_memory: 0 }
  const clock = { time: 0 }
  const state = { garbage: 0, collections: 0 }
  const mark = createMemoryMark({
    maxExternal: 200 * mebibyte,
    read: () => memory,
    collect() {
      state.collections += 1
      memory.used_heap_size -= state.garbage
      state.garbage = 0
    },
    now: () => clock.time,
  })
  const isReachedAfter = (milliseconds: number) => {
    clock.time += milliseconds
    return mark.isReached()
  }
  return { memory, state, isReachedAfter }
}

test('the mark is reached above four fifths of the heap, and above the limit of external memory', () => {
  const { memory, isReachedAfter } = startMark()
  expect(isReachedAfter(100)).toBe(false)
  memory.used_heap_size = 321 * mebibyte
  expect(isReachedAfter(100)).toBe(true)
  memory.used_heap_size = 319 * mebibyte
  expect(isReachedAfter(100)).toBe(false)
  memory.external_memory = 201 * mebibyte
  expect(isReachedAfter(100)).toBe(true)
})

test('garbage does not count: it is collected at the mark, but not again within ten seconds', () => {
  const { memory, state, isReachedAfter } = startMark()
  memory.used_heap_size = 350 * mebibyte
  state.garbage = 100 * mebibyte
  expect([isReachedAfter(100), state.collections]).toEqual([false, 1])
  memory.used_heap_size = 350 * mebibyte
  expect([isReachedAfter(100), isReachedAfter(9_000), state.collections]).toEqual([true, true, 1])
  expect([isReachedAfter(1_000), state.collections]).toEqual([true, 2])
})

test('the memory is read at most every 20 ms', () => {
  const { memory, isReachedAfter } = startMark()
  expect(isReachedAfter(100)).toBe(false)
  memory.used_heap_size = 350 * mebibyte
  expect([isReachedAfter(19), isReachedAfter(1)]).toEqual([false, true])
})
