import type { Duplex } from 'node:stream'
import { BrokenOff, type ByteReader, write } from './byte-reader.ts'
import { createChunkScanner } from './chunk-scanner.ts'

/** Passes on a body of so many bytes. @throws BrokenOff when it ends before */
export async function copyLength(from: ByteReader, to: Duplex, length: number): Promise<void> {
  for (let left = length; left > 0; ) {
    const bytes = await whole(from)
    const part = bytes.subarray(0, left)
    from.unread(bytes.subarray(part.length))
    left -= part.length
    await write(to, part)
  }
}

/** Passes on a body in chunks, byte for byte, and stops where it ends. @throws BrokenOff, Refusal */
export async function copyChunks(from: ByteReader, to: Duplex): Promise<void> {
  for (const scanner = createChunkScanner(); !scanner.isOver; ) {
    const bytes = await whole(from)
    const length = scanner.scan(bytes)
    from.unread(bytes.subarray(length))
    await write(to, bytes.subarray(0, length))
  }
}

async function whole(from: ByteReader): Promise<Buffer> {
  const bytes = await from.next()
  if (bytes === null) throw new BrokenOff()
  return bytes
}
