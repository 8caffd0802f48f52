import { expect, test, vi } from 'vitest'
import { createBufferSweep } from './buffer-sweep.ts'

const mebibyte = 1024 * 1024

test('every 8 MiB are swept once, whatever the pieces', () => {
  for (const piece of [1_000, 64 * 1024, 5 * mebibyte]) {
    const collect = vi.fn()
    const sweep = createBufferSweep(collect)
    let passed = 0
    for (; passed < 160 * mebibyte; passed += piece) sweep(piece)
    expect(collect.mock.calls.length).toBeGreaterThanOrEqual(Math.floor(passed / (13 * mebibyte)))
    expect(collect.mock.calls.length).toBeLessThanOrEqual(Math.floor(passed / (8 * mebibyte)))
  }
})

test('small calls are never swept after', () => {
  const collect = vi.fn()
  const sweep = createBufferSweep(collect)
  for (let call = 0; call < 1_000; call++) sweep(2_000)
  expect(collect).not.toHaveBeenCalled()
})

test('a sweep really frees what was read', async () => {
  const sweep = createBufferSweep()
  sweep(8 * mebibyte)
  const before = process.memoryUsage().arrayBuffers
  const more = () => process.memoryUsage().arrayBuffers - before
  for (let read = 0; read < 7; read++) Buffer.alloc(mebibyte)
  expect(more()).toBeGreaterThan(4 * mebibyte)
  sweep(8 * mebibyte)
  // What a collection found is freed by a thread of V8's own.
  await expect.poll(more).toBeLessThan(2 * mebibyte)
})

test('the function is not left about for others', () => {
  createBufferSweep()
  expect('gc' in globalThis).toBe(false)
})
