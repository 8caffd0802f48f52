import { expect, test } from 'vitest'
import { unbroken } from './unbroken.ts'

const broken = new Error('broken')

async function take<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const batch of batches) taken.push(batch)
  return taken
}

test('passes all on, to the end', async () => {
  const batches = (async function* () {
    yield* [1, 2, 3]
  })()
  expect(await take(unbroken(batches, new AbortController().signal))).toEqual([1, 2, 3])
})

test('what ends because its connection has closed is no end', async () => {
  const breaking = new AbortController()
  const batches = (async function* () {
    yield 1
    breaking.abort(broken)
  })()
  await expect(take(unbroken(batches, breaking.signal))).rejects.toBe(broken)
})

test('what never goes on because its connection has closed is given up', async () => {
  const breaking = new AbortController()
  const batches = {
    next() {
      queueMicrotask(() => breaking.abort(broken))
      return new Promise<IteratorResult<number>>(() => {})
    },
  }
  await expect(take(unbroken(batches, breaking.signal))).rejects.toBe(broken)
})

test('whoever stops early ends the cursor, too', async () => {
  let ended = false
  const batches = (async function* () {
    try {
      for (;;) yield 1
    } finally {
      ended = true
    }
  })()
  for await (const _ of unbroken(batches, new AbortController().signal)) break
  expect(ended).toBe(true)
})
