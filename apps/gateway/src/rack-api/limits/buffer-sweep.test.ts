import { expect, test, vi } from 'vitest'
import { createBufferSweep } from './buffer-sweep.ts'

const mebibyte = 1024 * 1024

test('each 8 MiB cause one collection, whatever the size of the reads', () => {
  for (const piece of [1_000, 64 * 1024, 5 * mebibyte]) {
    const collect = vi.fn()
    const sweep = createBufferSweep(collect)
    let passed = 0
    for (; passed < 160 * mebibyte; passed += piece) sweep(piece)
    expect(collect.mock.calls.length).toBeGreaterThanOrEqual(Math.floor(passed / (13 * mebibyte)))
    expect(collect.mock.calls.length).toBeLessThanOrEqual(Math.floor(passed / (8 * mebibyte)))
  }
})

test('less than 8 MiB cause no collection', () => {
  const collect = vi.fn()
  const sweep = createBufferSweep(collect)
  for (let call = 0; call < 1_000; call++) sweep(2_000)
  expect(collect).not.toHaveBeenCalled()
})

test('a collection frees the buffers of earlier reads', async () => {
  const sweep = createBufferSweep()
  sweep(8 * mebibyte)
  const before = process.memoryUsage().arrayBuffers
  const more = () => process.memoryUsage().arrayBuffers - before
  for (let read = 0; read < 7; read++) Buffer.alloc(mebibyte)
  expect(more()).toBeGreaterThan(4 * mebibyte)
  sweep(8 * mebibyte)
  // V8 frees the collected buffers in another thread.
  await expect.poll(more).toBeLessThan(2 * mebibyte)
})

test('the collection function is not global', () => {
  createBufferSweep()
  expect('gc' in globalThis).toBe(false)
})
