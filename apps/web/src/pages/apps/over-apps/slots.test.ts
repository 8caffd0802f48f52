import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

const never = new AbortController().signal

test('two slots run at most two tasks at a time, in their order', async () => {
  const run = createSlots(2)
  const started: number[] = []
  const ends: (() => void)[] = []
  const tasks = [0, 1, 2, 3].map((number) =>
    run(() => {
      started.push(number)
      return new Promise<void>((resolve) => ends.push(resolve))
    }, never),
  )
  await Promise.resolve()
  expect(started).toEqual([0, 1])
  ends[1]?.()
  await tasks[1]
  await expect.poll(() => started).toEqual([0, 1, 2])
  ends[0]?.()
  await expect.poll(() => started).toEqual([0, 1, 2, 3])
  ends[2]?.()
  ends[3]?.()
  await Promise.all(tasks)
})

test('a task that fails frees its slot, and one that was aborted while it waited never starts', async () => {
  const run = createSlots(1)
  const abort = new AbortController()
  const fails = run(() => Promise.reject(new Error('failed')), never)
  const aborted = run(() => Promise.resolve('started'), abort.signal)
  const last = run(() => Promise.resolve('ran'), never)
  abort.abort()
  await expect(fails).rejects.toThrow('failed')
  await expect(aborted).rejects.toThrow()
  await expect(last).resolves.toBe('ran')
})
