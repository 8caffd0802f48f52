import { expect, test } from 'vitest'
import { ChunkSealer, chunkKey } from './chunk.ts'
import { followRecording } from './follower.ts'
import { lastStored } from './stored-chunks.ts'
import { keysOf, readCast } from './testing/casts.ts'
import { type MemoryStore, memoryStore } from './testing/stores.ts'

const id = '01a21006-6e55-7646-9171-966421143187'
const many = 200_000

/** Lists as many chunks as a session of days leaves. */
function longStore(): MemoryStore {
  return {
    ...memoryStore(),
    async *list() {
      for (let number = 0; number < many; number++) yield { key: chunkKey(id, number), size: 1 }
    },
  }
}

async function storeChunk(store: MemoryStore, chunk: Buffer, number: number): Promise<void> {
  await store.put(chunkKey(id, number), chunk)
}

test('the last chunk is the one with the highest number, in whatever order they are listed', async () => {
  const store: MemoryStore = {
    ...memoryStore(),
    async *list() {
      for (const number of [3, 11, 2]) yield { key: chunkKey(id, number), size: 1 }
      yield { key: `recordings/${id}/note`, size: 1 }
      yield { key: chunkKey('another', 99), size: 1 }
    },
  }
  expect(await lastStored(store, id)).toBe(11)
  expect(await lastStored(memoryStore(), id)).toBe(-1)
})

test('a recording of 200,000 chunks is read', async () => {
  const store = longStore()
  const sealer = new ChunkSealer(id, keysOf('k'))
  await storeChunk(store, sealer.seal(Buffer.from('{}\n'), { final: false }), 0)
  expect((await readCast(store, id)).verdict.problem).toBe('chunk 1 is missing, and later ones are there')
  await storeChunk(store, sealer.seal(Buffer.alloc(0), { final: true }), 1)
  expect((await readCast(store, id)).verdict.problem).toBe(`chunk ${many - 1} stands after the last one`)
})

test('and followed from now on', async () => {
  const store = longStore()
  const derive = keysOf('k')
  await storeChunk(store, new ChunkSealer(id, derive).seal(Buffer.from('first'), { final: false }), 0)
  await storeChunk(store, new ChunkSealer(id, derive, many).seal(Buffer.from('last'), { final: true }), many)
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
