import { createHash, hash } from 'node:crypto'
import { once } from 'node:events'
import { createGunzip, createGzip, type Gzip } from 'node:zlib'
import { ArchiveRefused } from '../errors/errors.ts'
import type { Month } from '../months/month.ts'
import { type ArchivePart, partKey } from '../signed-notes/manifest.ts'
import { createLineSplitter } from '../verify/line-splitter.ts'
import type { ArchiveReader, ArchiveStore } from './archive-store.ts'

/** Uncompressed bytes after which a part is full. */
export const defaultPartSize = 64 * 1024 * 1024
/** Bytes per write to the compressor. */
const blockSize = 128 * 1024

export interface PartWriter {
  add(line: Buffer): Promise<void>
  /** Finishes the last part. @returns all parts in order */
  end(): Promise<ArchivePart[]>
}

export interface PartWriterOptions {
  readonly store: ArchiveStore
  readonly month: Month
  readonly kind: 'events' | 'checkpoints'
  readonly partSize: number
}

/** Writes lines into parts, and holds one compressed part in memory. The same lines produce the same parts. */
export function createPartWriter({ store, month, kind, partSize }: PartWriterOptions): PartWriter {
  const parts: ArchivePart[] = []
  let part: GrowingPart | null = null

  async function finish({ compressor, content, counts, compressed, flush }: GrowingPart): Promise<void> {
    part = null
    await flush()
    compressor.end()
    const bytes = await compressed
    const name = `${kind}-${String(parts.length + 1).padStart(6, '0')}.ndjson.gz`
    const description = { name, lines: counts.lines, contentSize: counts.bytes, contentSha256: content.digest('hex') }
    parts.push(await storePart(store, month, description, bytes))
  }

  return {
    async add(line) {
      part ??= growPart()
      await part.add(line)
      if (part.counts.bytes >= partSize) await finish(part)
    },
    async end() {
      if (part !== null) await finish(part)
      return parts
    },
  }
}

type GrowingPart = ReturnType<typeof growPart>

const lineEnd = Buffer.of(10)

function growPart() {
  const compressor = createGzip({ level: 6 })
  const content = createHash('sha256')
  const counts = { lines: 0, bytes: 0 }
  let block: Buffer[] = []
  let blockLength = 0

  async function flush(): Promise<void> {
    const bytes = Buffer.concat(block)
    block = []
    blockLength = 0
    content.update(bytes)
    if (!compressor.write(bytes)) await once(compressor, 'drain')
  }

  return {
    compressor,
    content,
    counts,
    compressed: readAll(compressor),
    flush,
    async add(line: Buffer): Promise<void> {
      block.push(line, lineEnd)
      blockLength += line.length + 1
      counts.lines++
      counts.bytes += line.length + 1
      if (blockLength >= blockSize) await flush()
    },
  }
}

async function readAll(compressor: Gzip): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of compressor) chunks.push(chunk)
  return Buffer.concat(chunks)
}

type PartDescription = Pick<ArchivePart, 'name' | 'lines' | 'contentSize' | 'contentSha256'>

/** Another release may compress the same lines to other bytes, so an existing part with the same lines is accepted. */
async function storePart(
  store: ArchiveStore,
  month: Month,
  description: PartDescription,
  bytes: Buffer,
): Promise<ArchivePart> {
  const key = partKey(month, description.name)
  try {
    await store.put(key, bytes)
    return { ...description, size: bytes.length, sha256: hash('sha256', bytes) }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'RGW_OBJECT_DIFFERS')) throw error
    const existing = await store.get(key)
    if (existing === null || (await contentProblem(description, existing)) !== null)
      throw new ArchiveRefused(
        `${store.location} already has another ${key}, which does not belong to this month of this log.`,
        'Archive to another location.',
      )
    return { ...description, size: existing.length, sha256: hash('sha256', existing) }
  }
}

export type PartProblem = 'missing' | 'changed'

/**
 * Reads the lines of a part and compares its bytes with the manifest. The caller must discard the lines if there is a
 * problem.
 */
export async function readPart(
  reader: ArchiveReader,
  month: Month,
  part: ArchivePart,
  onLine: (line: Buffer) => void,
): Promise<PartProblem | null> {
  const bytes = await reader.get(partKey(month, part.name))
  if (bytes === null) return 'missing'
  if (bytes.length !== part.size || hash('sha256', bytes) !== part.sha256) return 'changed'
  return contentProblem(part, bytes, onLine)
}

async function contentProblem(
  part: Pick<ArchivePart, 'lines' | 'contentSize' | 'contentSha256'>,
  bytes: Buffer,
  onLine: (line: Buffer) => void = () => {},
): Promise<'changed' | null> {
  const content = createHash('sha256')
  let [size, lines] = [0, 0]
  const splitter = createLineSplitter(function count(line) {
    lines++
    onLine(line)
  })
  const source = createGunzip()
  source.end(bytes)
  try {
    for await (const chunk of source) {
      size += chunk.length
      if (size > part.contentSize) return 'changed'
      content.update(chunk)
      splitter.push(chunk)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return 'changed'
    throw error
  }
  splitter.end()
  const isWhole = size === part.contentSize && lines === part.lines && content.digest('hex') === part.contentSha256
  return isWhole ? null : 'changed'
}
