/** Smaller ones cost less to make than to keep. */
const smallest = 64 * 1024
/** Of one size that are kept for the next recording. */
const mostKept = 8

const kept = new Map<number, Buffer[]>()

/**
 * Memory for what passes, used again: fresh large buffers are what a busy recording spends most of its time on.
 * What was in it before is not cleared, so whoever takes one writes before they read.
 */
export function takeBuffer(size: number): Buffer {
  return kept.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size)
}

/** Gives it back: nothing may look at it any more. */
export function giveBuffer(buffer: Buffer): void {
  if (buffer.length < smallest || buffer.byteOffset !== 0 || buffer.length !== buffer.buffer.byteLength) return
  const same = kept.get(buffer.length)
  if (same === undefined) {
    if (kept.size < mostKept) kept.set(buffer.length, [buffer])
  } else if (same.length < mostKept) same.push(buffer)
}
