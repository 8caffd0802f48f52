import { createCipheriv, createHash } from 'node:crypto'

const chunkLength = 64 * 1024
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(1024 * 1024))
const offsetCount = noise.length - chunkLength

/**
 * Always the same bytes. They don't compress, and neighboring chunks differ, so that a lost or repeated chunk changes
 * the digest.
 */
export async function* generatedBytes(length: number): AsyncGenerator<Buffer> {
  for (const chunk of chunksOf(length)) yield chunk
}

/** SHA-256 of `generatedBytes(length)`, in hex. */
export function generatedDigest(length: number): string {
  const hash = createHash('sha256')
  for (const chunk of chunksOf(length)) hash.update(chunk)
  return hash.digest('hex')
}

function* chunksOf(length: number): Generator<Buffer> {
  for (let at = 0, count = 0; at < length; at += chunkLength, count += 1) {
    const from = (count * 4099) % offsetCount
    yield noise.subarray(from, from + Math.min(chunkLength, length - at))
  }
}
