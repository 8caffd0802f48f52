import { createHash } from 'node:crypto'

export interface StoredBytes {
  readonly length: number
  /** The digest of the whole upload, in hex. */
  readonly sha256: string
  /** The first bytes of the upload, at most `maxStoredBytes`. */
  readonly bytes: Buffer
}

const maxStoredBytes = 8 * 1024 * 1024

export async function storeBytes(body: AsyncIterable<Buffer>): Promise<StoredBytes> {
  const hash = createHash('sha256')
  const storedChunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    hash.update(chunk)
    if (length < maxStoredBytes) storedChunks.push(Buffer.from(chunk.subarray(0, maxStoredBytes - length)))
    length += chunk.length
  }
  return { length, sha256: hash.digest('hex'), bytes: Buffer.concat(storedChunks) }
}

/** Generates content with the length of the upload: the stored bytes, followed by zeros. */
export async function* contentOf({ bytes, length }: Pick<StoredBytes, 'bytes' | 'length'>): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes
  const zeros = Buffer.alloc(64 * 1024)
  for (let left = length - bytes.length; left > 0; left -= zeros.length) yield zeros.subarray(0, left)
}
