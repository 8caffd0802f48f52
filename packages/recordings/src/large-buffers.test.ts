import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'

const size = 1024 * 1024 + 2
const most = 64 * 1024 * 1024
const many = 100

let freeBuffer: typeof import('./large-buffers.ts').freeBuffer
let giveBuffer: typeof import('./large-buffers.ts').giveBuffer
let takeBuffer: typeof import('./large-buffers.ts').takeBuffer

beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  ;({ freeBuffer, giveBuffer, takeBuffer } = await import('./large-buffers.ts'))
  onTestFinished(() => {
    vi.runAllTimers()
    vi.useRealTimers()
  })
})

function takeMany(): Buffer[] {
  return Array.from({ length: many }, () => takeBuffer(size))
}

/** How many of them are taken again. */
function againOf(buffers: readonly Buffer[]): number {
  const known = new Set(buffers.map(({ buffer }) => buffer))
  return takeMany().filter(({ buffer }) => known.has(buffer)).length
}

test('what was given back, as a whole or by a view, is taken again, by one at a time', () => {
  for (const view of [(all: Buffer) => all, (all: Buffer) => all.subarray(10, 20)]) {
    const first = takeBuffer(size)
    giveBuffer(view(first))
    const [again, other] = [takeBuffer(size), takeBuffer(size)]
    expect([again.buffer === first.buffer, again.length, other.buffer === first.buffer]).toEqual([true, size, false])
  }
})

test('no more than 64 MiB are kept, and nothing that is small', () => {
  const buffers = takeMany()
  for (const buffer of buffers) giveBuffer(buffer)
  expect(againOf(buffers)).toBe(Math.floor(most / size))
  const small = Buffer.allocUnsafeSlow(1_024)
  giveBuffer(small)
  expect(takeBuffer(1_024).buffer).not.toBe(small.buffer)
})

test('while nothing is given back, nothing is kept for long', () => {
  const buffers = takeMany().slice(0, 10)
  for (const buffer of buffers.slice(1)) giveBuffer(buffer)
  vi.advanceTimersByTime(9_999)
  for (const buffer of buffers.slice(0, 1)) giveBuffer(buffer)
  vi.advanceTimersByTime(9_999)
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(1)
  expect([againOf(buffers), vi.getTimerCount()]).toEqual([0, 0])
})

test('what is freed is gone at once, without a collection', () => {
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 10; count++) {
    const freed = Buffer.allocUnsafeSlow(size)
    freeBuffer(freed)
    expect([freed.length, freed.buffer.byteLength]).toEqual([0, 0])
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(size)
})

test('what shares its memory with others stays as it is', () => {
  const shared = Buffer.alloc(size, 'x')
  freeBuffer(shared.subarray(0, 100))
  expect(shared.toString('latin1', 0, 3)).toBe('xxx')
})
