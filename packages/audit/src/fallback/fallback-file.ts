import { join } from 'node:path'
import { FallbackUnusable } from '../errors/errors.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import type { Disk, DiskFile } from './disk.ts'
import { fileName } from './file-name.ts'
import { eventLine, type FallbackKeys, type FileHeader, headerLine } from './signed-line.ts'

export interface FallbackFileOptions {
  readonly disk: Disk
  readonly directory: string
  readonly keys: FallbackKeys
  /** Bytes that must stay free on the disk. */
  readonly minimumFree: number
  readonly header: Omit<FileHeader, 'seq' | 'prev'>
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A fallback file to which this process writes events of one stream. */
export interface FallbackFile {
  readonly name: string
  readonly stream: string
  /** Durable bytes. */
  readonly size: number
  /** Durable events. */
  readonly events: number
  /** Whether more events may be written to the file. Never changes back from false to true. */
  readonly trusted: boolean
  /**
   * Resolves when the events are on the disk, in the file that has the name `name`.
   * @throws FallbackUnusable if some of the events may not be on the disk; then the gateway must confirm none of them
   */
  append(events: readonly RecordedEvent[]): Promise<void>
  /** @throws FallbackUnusable if the file was removed or replaced, or someone else wrote to it */
  check(): Promise<void>
  /** Copies the events to a new file if the name of the file was removed. @returns whether it copied the events */
  salvage(now: number): Promise<boolean>
  close(): Promise<void>
}

/**
 * Creates the file with its first events.
 *
 * After a failed fsync, the content on the disk is unknown, and the next fsync would not report the failure. So the
 * file gets no more writes.
 */
export async function createFallbackFile(
  options: FallbackFileOptions,
  events: readonly RecordedEvent[],
): Promise<FallbackFile> {
  const { disk, directory, keys, header } = options
  const [first] = events
  if (!first) throw new Error('there are no events')
  const name = fileName(header.id, first.position.seq, options.now)
  const path = join(directory, name)
  let file: DiskFile | null = null
  let size = 0
  let eventCount = 0
  let trusted = true

  async function append(batch: readonly RecordedEvent[], firstLine = '') {
    const bytes = Buffer.from(firstLine + batch.map((event) => eventLine(event, keys)).join(''))
    try {
      await expectRoom(options, bytes.length)
      file ??= await create()
      await write(file, bytes)
      await expectInPlace(file, size + bytes.length)
    } catch (cause) {
      throwUnusable(cause)
    }
    size += bytes.length
    eventCount += batch.length
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
      await removePartialBatch(to)
      throw error
    }
    try {
      await to.sync()
    } catch (error) {
      trusted = false
      throw error
    }
  }

  async function removePartialBatch(to: DiskFile) {
    try {
      await to.truncate(size)
      await to.sync()
    } catch {
      trusted = false
    }
  }

  /** Detects that the file was removed, replaced, or written to by someone else. */
  async function expectInPlace(written: DiskFile, expected: number) {
    const [state, named] = await Promise.all([written.state(), disk.identity(path)])
    if (named?.ino === state.ino && named.dev === state.dev && state.links === 1 && state.size === expected) return
    trusted = false
    throw new Error(`${name} was replaced or changed by someone else`)
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

  /** Removes a file without confirmed events. */
  async function discard(partialFile: DiskFile | null) {
    if (partialFile === null) return
    await partialFile.close().catch(() => {})
    await disk.remove(path).catch(() => {})
  }

  try {
    await append(events, headerLine({ ...header, seq: first.position.seq, prev: first.prev.toString('hex') }, keys))
  } catch (error) {
    await discard(file)
    throw error
  }
  return {
    name,
    stream: header.id,
    append: (batch) => append(batch),
    async check() {
      if (file) await expectInPlace(file, size).catch(throwUnusable)
    },
    async salvage(now) {
      if (!file || (await file.state()).links > 0) return false
      await copy(file, join(directory, fileName(header.id, first.position.seq, now)))
      return true
    },
    close: async () => file?.close(),
    get size() {
      return size
    },
    get events() {
      return eventCount
    },
    get trusted() {
      return trusted
    },
  }
}

async function expectRoom({ disk, directory, minimumFree }: FallbackFileOptions, bytes: number) {
  const free = await disk.free(directory)
  if (free - bytes < minimumFree) throw new Error(`only ${free} bytes are free, and ${minimumFree} must stay free`)
}

function throwUnusable(cause: unknown): never {
  throw Object.assign(new FallbackUnusable(cause instanceof Error ? cause.message : String(cause)), { cause })
}

const copyChunk = 1024 * 1024
