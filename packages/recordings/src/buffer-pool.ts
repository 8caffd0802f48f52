import { MessageChannel, type MessagePort } from 'node:worker_threads'

/** Bytes. Smaller buffers are cheaper to allocate than to pool. */
export const smallestPooled: number = 64 * 1024
/** Bytes that the pool keeps at most. */
const poolLimit = 64 * 1024 * 1024
/** Milliseconds after the last returned buffer until the pool is emptied. */
const poolTimeout = 10_000

const pool = new Map<number, Buffer[]>()
let pooledBytes = 0
let clearTimer: NodeJS.Timeout | undefined

/**
 * Takes a buffer from the pool, or allocates one. Allocating and collecting large buffers was the main cost of a busy
 * recording. The content is not cleared, so the caller must write before it reads.
 */
export function takeBuffer(size: number): Buffer {
  const pooled = pool.get(size)?.pop()
  if (pooled === undefined) return Buffer.allocUnsafeSlow(size)
  pooledBytes -= size
  return pooled
}

/**
 * Returns a buffer, or the buffer under a view, to the pool. The caller must not use it afterwards. Ignores small
 * buffers and Node's shared pool.
 */
export function returnBuffer({ buffer }: Buffer): void {
  const { byteLength } = buffer
  if (byteLength < smallestPooled || pooledBytes + byteLength > poolLimit) return
  const whole = Buffer.from(buffer)
  const pooled = pool.get(byteLength)
  if (pooled === undefined) pool.set(byteLength, [whole])
  else pooled.push(whole)
  pooledBytes += byteLength
  if (clearTimer === undefined) clearTimer = setTimeout(clearPool, poolTimeout).unref()
  else clearTimer.refresh()
}

function clearPool(): void {
  pool.clear()
  pooledBytes = 0
  clearTimer = undefined
}

let closedPort: MessagePort | null = null

/**
 * Frees a buffer at once, by transferring it to a closed port. Otherwise V8 counts uncollected buffers as used memory,
 * and runs a full garbage collection far too often, because a cipher allocates a buffer for each call.
 */
export function freeBuffer({ buffer, byteLength }: Buffer): void {
  // A view may share its memory with other buffers, so the garbage collector must free it.
  if (byteLength !== buffer.byteLength) return
  if (closedPort === null) {
    closedPort = new MessageChannel().port1
    closedPort.close()
  }
  closedPort.postMessage(null, [buffer as ArrayBuffer])
}
