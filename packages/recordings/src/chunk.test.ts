import { expect, test } from 'vitest'
import { returnBuffer } from './buffer-pool.ts'
import { ChunkSealer } from './chunk.ts'
import { keysOf } from './testing/casts.ts'

test('sealing leaves no array buffers for the garbage collector', () => {
  const sealer = new ChunkSealer('01a21006-6e55-7646-9171-966421143187', keysOf('k'))
  const text = Buffer.alloc(33_000, 'x')
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 100; count++) returnBuffer(sealer.seal(text, { final: false }))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
})
