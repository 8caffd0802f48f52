import { MessageChannel, type MessagePort } from 'node:worker_threads'

/** Smaller ones cost less to make than to keep. */
export const smallestReused: number = 64 * 1024
/** That are kept for the next chunk, in all: what as many busy sessions as fit have under way at once. */
const mostKept = 64 * 1024 * 1024
/** Milliseconds after the last was given back until none is kept any more. */
const forgottenAfter = 10_000

const kept = new Map<number, Buffer[]>()
let keptBytes = 0
let forgetting: NodeJS.Timeout | undefined

/**
 * Memory for what passes, used again: fresh large buffers are what a busy recording spends most of its time on, most of all on
 * collecting them. What was in it before is not cleared, so whoever takes one writes before they read.
 */
export function takeBuffer(size: number): Buffer {
  const again = kept.get(size)?.pop()
  if (again === undefined) return Buffer.allocUnsafeSlow(size)
  keptBytes -= size
  return again
}

/** Gives memory back, by all of it or by a view: nothing may look at it any more. Smaller ones, and Node's shared ones, are left. */
export function giveBuffer({ buffer }: Buffer): void {
  const { byteLength } = buffer
  if (byteLength < smallestReused || keptBytes + byteLength > mostKept) return
  const again = Buffer.from(buffer)
  const same = kept.get(byteLength)
  if (same === undefined) kept.set(byteLength, [again])
  else same.push(again)
  keptBytes += byteLength
  if (forgetting === undefined) forgetting = setTimeout(forget, forgottenAfter).unref()
  else forgetting.refresh()
}

function forget(): void {
  kept.clear()
  keptBytes = 0
  forgetting = undefined
}

let nowhere: MessagePort | null = null

/**
 * Frees memory of its own at once, by moving it to a closed port, where nobody takes it. What is left is empty.
 * V8 counts what waits to be collected as if it lived: of what a cipher gives out, in a memory of its own each time, so much comes
 * that the whole heap was looked through again and again for it.
 */
export function freeBuffer({ buffer, byteLength }: Buffer): void {
  // What shares its memory with others is left to the collector.
  if (byteLength !== buffer.byteLength) return
  if (nowhere === null) {
    nowhere = new MessageChannel().port1
    nowhere.close()
  }
  nowhere.postMessage(null, [buffer as ArrayBuffer])
}
