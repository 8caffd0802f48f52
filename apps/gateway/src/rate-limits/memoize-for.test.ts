import { expect, test } from 'vitest'
import { memoizeFor } from './memoize-for.ts'

function counted() {
  let now = 0
  let asked = 0
  const ask = memoizeFor(
    1_000,
    () => now,
    async () => ++asked,
  )
  return {
    ask,
    at: (moment: number) => {
      now = moment
    },
  }
}

test('concurrent callers share one request', async () => {
  const { ask } = counted()
  expect(await Promise.all(Array.from({ length: 1_000 }, ask))).toEqual(Array(1_000).fill(1))
})

test('a result is cached for the given time, and no longer', async () => {
  const { ask, at } = counted()
  await ask()
  at(999)
  expect(await ask()).toBe(1)
  at(1_000)
  expect(await ask()).toBe(2)
})

test('a failure is not cached forever', async () => {
  let now = 0
  let fails = true
  const ask = memoizeFor(
    1_000,
    () => now,
    async () => {
      if (fails) throw new Error('no response')
      return 'a response'
    },
  )
  await expect(ask()).rejects.toThrow('no response')
  fails = false
  now = 1_000
  expect(await ask()).toBe('a response')
})
