import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'

const size = 1024 * 1024 + 2
const most = 64 * 1024 * 1024
const many = 100

let freeBuffer: typeof import('./buffer-pool.ts').freeBuffer
let returnBuffer: typeof import('./buffer-pool.ts').returnBuffer
let takeBuffer: typeof import('./buffer-pool.ts').takeBuffer

beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  ;({ freeBuffer, returnBuffer, takeBuffer } = await import('./buffer-pool.ts'))
  onTestFinished(() => {
    vi.runAllTimers()
    vi.useRealTimers()
  })
})

function takeMany(): Buffer[] {
  return Array.from({ length: many }, () => takeBuffer(size))
}

/** The number of `buffers` that the pool hands out again. */
function countReused(buffers: readonly Buffer[]): number {
  const known = new Set(buffers.map(({ buffer }) => buffer))
  return takeMany().filter(({ buffer }) => known.has(buffer)).length
}

test('a returned buffer, or a view of it, is reused by one taker', () => {
  for (const view of [(all: Buffer) => all, (all: Buffer) => all.subarray(10, 20)]) {
    const first = takeBuffer(size)
    returnBuffer(view(first))
    const [again, other] = [takeBuffer(size), takeBuffer(size)]
    expect([again.buffer === first.buffer, again.length, other.buffer === first.buffer]).toEqual([true, size, false])
  }
})

test('the pool keeps at most 64 MiB, and no small buffers', () => {
  const buffers = takeMany()
  for (const buffer of buffers) returnBuffer(buffer)
  expect(countReused(buffers)).toBe(Math.floor(most / size))
  const small = Buffer.allocUnsafeSlow(1_024)
  returnBuffer(small)
  expect(takeBuffer(1_024).buffer).not.toBe(small.buffer)
})

test('the pool is emptied ten seconds after the last buffer was returned', () => {
  const buffers = takeMany().slice(0, 10)
  for (const buffer of buffers.slice(1)) returnBuffer(buffer)
  vi.advanceTimersByTime(9_999)
  for (const buffer of buffers.slice(0, 1)) returnBuffer(buffer)
  vi.advanceTimersByTime(9_999)
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(1)
  expect([countReused(buffers), vi.getTimerCount()]).toEqual([0, 0])
})

test('a freed buffer is released without a garbage collection', () => {
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 10; count++) {
    const freed = Buffer.allocUnsafeSlow(size)
    freeBuffer(freed)
    expect([freed.length, freed.buffer.byteLength]).toEqual([0, 0])
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(size)
})

test('a view of shared memory is not freed', () => {
  const shared = Buffer.alloc(size, 'x')
  freeBuffer(shared.subarray(0, 100))
  expect(shared.toString('latin1', 0, 3)).toBe('xxx')
})
