import { expect, test } from 'vitest'
import { ChunkSealer, chunkKey } from './chunk.ts'
import { followRecording } from './follow-recording.ts'
import { findLastChunk } from './stored-chunks.ts'
import { keysOf, readCast } from './testing/casts.ts'
import { type MemoryStore, memoryStore } from './testing/stores.ts'

const id = '01a21006-6e55-7646-9171-966421143187'
const chunkCount = 200_000

/** Lists `chunkCount` chunks, as many as a session of several days has. */
function longStore(): MemoryStore {
  return {
    ...memoryStore(),
    async *list() {
      for (let number = 0; number < chunkCount; number++) yield { key: chunkKey(id, number), size: 1 }
    },
  }
}

async function storeChunk(store: MemoryStore, chunk: Buffer, number: number): Promise<void> {
  await store.put(chunkKey(id, number), chunk)
}

test('findLastChunk returns the highest number, in any order of the list', async () => {
  const store: MemoryStore = {
    ...memoryStore(),
    async *list() {
      for (const number of [3, 11, 2]) yield { key: chunkKey(id, number), size: 1 }
      yield { key: `recordings/${id}/note`, size: 1 }
      yield { key: chunkKey('another', 99), size: 1 }
    },
  }
  expect(await findLastChunk(store, id)).toBe(11)
  expect(await findLastChunk(memoryStore(), id)).toBe(-1)
})

test('a recording of 200,000 chunks is read', async () => {
  const store = longStore()
  const sealer = new ChunkSealer(id, keysOf('k'))
  await storeChunk(store, sealer.seal(Buffer.from('{}\n'), { final: false }), 0)
  expect((await readCast(store, id)).check.problem).toBe('chunk 1 is missing, and later chunks exist')
  await storeChunk(store, sealer.seal(Buffer.alloc(0), { final: true }), 1)
  expect((await readCast(store, id)).check.problem).toBe(`chunk ${chunkCount - 1} comes after the final chunk`)
})

test('a recording of 200,000 chunks is followed from its end', async () => {
  const store = longStore()
  const derive = keysOf('k')
  await storeChunk(store, new ChunkSealer(id, derive).seal(Buffer.from('first'), { final: false }), 0)
  await storeChunk(
    store,
    new ChunkSealer(id, derive, chunkCount).seal(Buffer.from('last'), { final: true }),
    chunkCount,
  )
  const following = followRecording({
    store,
    deriveKeys: derive,
    id,
    from: 'now',
    signal: new AbortController().signal,
    wait: async () => true,
  })
  expect(await following.next()).toEqual({ done: false, value: Buffer.from('first') })
  expect(await following.next()).toEqual({ done: false, value: Buffer.from('last') })
  expect(await following.next()).toEqual({ done: true, value: 'complete' })
})
