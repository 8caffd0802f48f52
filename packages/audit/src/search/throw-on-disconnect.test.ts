import { expect, test } from 'vitest'
import { throwOnDisconnect } from './throw-on-disconnect.ts'

const broken = new Error('broken')

async function take<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const batch of batches) taken.push(batch)
  return taken
}

test('passes on all batches', async () => {
  const batches = (async function* () {
    yield* [1, 2, 3]
  })()
  expect(await take(throwOnDisconnect(batches, new AbortController().signal))).toEqual([1, 2, 3])
})

test('throws if the cursor ends because the connection closed', async () => {
  const breaking = new AbortController()
  const batches = (async function* () {
    yield 1
    breaking.abort(broken)
  })()
  await expect(take(throwOnDisconnect(batches, breaking.signal))).rejects.toBe(broken)
})

test('throws if the cursor hangs because the connection closed', async () => {
  const breaking = new AbortController()
  const batches = {
    next() {
      queueMicrotask(() => breaking.abort(broken))
      return new Promise<IteratorResult<number>>(() => {})
    },
  }
  await expect(take(throwOnDisconnect(batches, breaking.signal))).rejects.toBe(broken)
})

test('stopping early closes the cursor', async () => {
  let ended = false
  const batches = (async function* () {
    try {
      for (;;) yield 1
    } finally {
      ended = true
    }
  })()
  for await (const _ of throwOnDisconnect(batches, new AbortController().signal)) break
  expect(ended).toBe(true)
})
