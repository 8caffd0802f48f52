import { MessageChannel, type MessagePort } from 'node:worker_threads'

/** Bytes. Smaller buffers are cheaper to allocate than to pool. */
export const smallestPooled: number = 64 * 1024
/** Maximum bytes in the pool. The pool exists because allocating and collecting large buffers is expensive. */
const poolLimit = 64 * 1024 * 1024
/** Milliseconds after the last returned buffer until the pool is emptied. */
const poolTimeout = 10_000

const pool = new Map<number, Buffer[]>()
let pooledBytes = 0
let clearTimer: NodeJS.Timeout | undefined

/** The content of the buffer is not cleared, so the caller must write before it reads. */
export function takeBuffer(size: number): Buffer {
  const pooled = pool.get(size)?.pop()
  if (pooled === undefined) return Buffer.allocUnsafeSlow(size)
  pooledBytes -= size
  return pooled
}

/**
 * Puts the memory of a buffer into the pool; for a view, the whole memory that it is a view of. The caller must not use
 * that memory afterwards. Ignores small buffers, which may share Node's own pool.
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
 * Frees a buffer at once, by transferring it to a closed port. A cipher allocates a buffer for each call. V8 counts
 * buffers that were not collected yet as used memory, and would run full garbage collections too often.
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
