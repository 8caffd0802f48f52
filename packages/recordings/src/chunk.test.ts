import { expect, test } from 'vitest'
import { ChunkSealer } from './chunk.ts'
import { giveBuffer } from './large-buffers.ts'
import { keysOf } from './testing/casts.ts'

test('what is sealed leaves nothing for the garbage collector: all of a heap was looked through for it', () => {
  const sealer = new ChunkSealer('01a21006-6e55-7646-9171-966421143187', keysOf('k'))
  const text = Buffer.alloc(33_000, 'x')
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 100; count++) giveBuffer(sealer.seal(text, { final: false }))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
})
