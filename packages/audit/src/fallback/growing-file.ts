import { join } from 'node:path'
import { FallbackUnusable } from '../errors.ts'
import type { RecordedEvent } from '../recorded-event.ts'
import type { Disk, DiskFile } from './disk.ts'
import { fileName } from './file-name.ts'
import { eventLine, type FallbackKeys, type FileHeader, headerLine } from './line.ts'

export interface GrowingFileOptions {
  readonly disk: Disk
  readonly directory: string
  readonly keys: FallbackKeys
  /** Bytes that must stay free on the disk. */
  readonly minimumFree: number
  readonly header: Omit<FileHeader, 'seq' | 'prev'>
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** One file of one stream's events while it grows. */
export interface GrowingFile {
  readonly name: string
  readonly stream: string
  /** Bytes that are durable. */
  readonly size: number
  /** Events that are durable. */
  readonly events: number
  /** Whether it may be added to. Once it is not, it never is again. */
  readonly trusted: boolean
  /**
   * Resolves when the events are on the disk, in the file that has the name.
   * @throws FallbackUnusable: none of them may be promised
   */
  append(events: readonly RecordedEvent[]): Promise<void>
  /** @throws FallbackUnusable when it is not the file that has the name any more, or somebody else wrote to it */
  check(): Promise<void>
  /** If nothing leads to it any more, writes what was promised to another file. @returns whether it did */
  salvage(now: number): Promise<boolean>
  close(): Promise<void>
}

/**
 * Makes the file with its first events.
 *
 * After an fsync that failed, nobody knows what of it is on the disk, and the next fsync would not say: such a file is left as it is,
 * and what comes next begins another.
 */
export async function beginFile(options: GrowingFileOptions, events: readonly RecordedEvent[]): Promise<GrowingFile> {
  const { disk, directory, keys, header } = options
  const [first] = events
  if (!first) throw new Error('there are no events')
  const name = fileName(header.id, first.place.seq, options.now)
  const path = join(directory, name)
  let file: DiskFile | null = null
  let size = 0
  let count = 0
  let trusted = true

  async function append(batch: readonly RecordedEvent[], before = '') {
    const bytes = Buffer.from(before + batch.map((event) => eventLine(event, keys)).join(''))
    try {
      await expectRoom(options, bytes.length)
      file ??= await create()
      await write(file, bytes)
      await expectInPlace(file, size + bytes.length)
    } catch (cause) {
      unusable(cause)
    }
    size += bytes.length
    count += batch.length
  }

  async function create() {
    const created = await disk.create(path)
    await disk.syncDirectory(directory)
    return created
  }

  async function write(to: DiskFile, bytes: Buffer) {
    try {
      await to.append(bytes)
    } catch (error) {
      await undo(to)
      throw error
    }
    try {
      await to.sync()
    } catch (error) {
      trusted = false
      throw error
    }
  }

  /** A part of a batch may be in it. */
  async function undo(to: DiskFile) {
    try {
      await to.truncate(size)
      await to.sync()
    } catch {
      trusted = false
    }
  }

  /** Somebody may have removed it, put another in its place or added to it. */
  async function expectInPlace(written: DiskFile, expected: number) {
    const [state, named] = await Promise.all([written.state(), disk.identity(path)])
    if (named?.ino === state.ino && named.dev === state.dev && state.links === 1 && state.size === expected) return
    trusted = false
    throw new Error(`${name} is not the file that was written any more`)
  }

  async function copy(from: DiskFile, to: string) {
    const copied = await disk.create(to)
    try {
      for (let position = 0; position < size; position += copyChunk)
        await copied.append(await from.read(position, Math.min(copyChunk, size - position)))
      await copied.sync()
      await disk.syncDirectory(directory)
    } finally {
      await copied.close()
    }
  }

  /** Nothing of it was promised, and whoever holds the events will write them again. */
  async function abandon(begun: DiskFile | null) {
    if (begun === null) return
    await begun.close().catch(() => {})
    await disk.remove(path).catch(() => {})
  }

  try {
    await append(events, headerLine({ ...header, seq: first.place.seq, prev: first.prev.toString('hex') }, keys))
  } catch (error) {
    await abandon(file)
    throw error
  }
  return {
    name,
    stream: header.id,
    append: (batch) => append(batch),
    async check() {
      if (file) await expectInPlace(file, size).catch(unusable)
    },
    async salvage(now) {
      if (!file || (await file.state()).links > 0) return false
      await copy(file, join(directory, fileName(header.id, first.place.seq, now)))
      return true
    },
    close: async () => file?.close(),
    get size() {
      return size
    },
    get events() {
      return count
    },
    get trusted() {
      return trusted
    },
  }
}

async function expectRoom({ disk, directory, minimumFree }: GrowingFileOptions, bytes: number) {
  const free = await disk.free(directory)
  if (free - bytes < minimumFree) throw new Error(`only ${free} bytes are free, and ${minimumFree} must stay so`)
}

function unusable(cause: unknown): never {
  throw Object.assign(new FallbackUnusable(cause instanceof Error ? cause.message : String(cause)), { cause })
}

const copyChunk = 1024 * 1024
