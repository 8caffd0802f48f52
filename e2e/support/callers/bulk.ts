import type { Readable, Writable } from 'node:stream'

export const kibibyte = 1024
export const mebibyte = 1024 * kibibyte
export const gibibyte = 1024 * mebibyte

const piece = Buffer.alloc(64 * kibibyte, 'The quick brown fox jumps over the lazy dog. ')

/** Writes that many bytes at the speed of the reader, and says through `written` how many went so far. Ends nothing. */
export async function pour(sink: Writable, bytes: number, written: (sum: number) => void = () => {}): Promise<void> {
  for (let sum = 0; sum < bytes && !sink.destroyed; ) {
    const part = piece.subarray(0, Math.min(piece.length, bytes - sum))
    sum += part.length
    const more = sink.write(part)
    written(sum)
    if (!more) await drained(sink)
  }
}

function drained(sink: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.off('drain', done).off('close', done)
      resolve()
    }
    if (sink.destroyed) resolve()
    else sink.on('drain', done).on('close', done)
  })
}

/** Reads to the end and counts. @throws when it breaks off */
export async function measure(source: Readable): Promise<number> {
  let bytes = 0
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  source.resume()
  await new Promise<void>((resolve, reject) => {
    source.once('end', () => resolve())
    source.once('error', reject)
    source.once('close', () => reject(new Error(`it broke off after ${bytes} bytes`)))
  })
  return bytes
}
