import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import type { SinkTransport } from './transport.ts'

export interface FileTransportOptions {
  readonly path: string
  /** Bytes after which the file is renamed to `<path>.1` and a new one created; null for never. */
  readonly rotateAt: number | null
  /** Number of renamed files to keep. */
  readonly keep: number
}

/** Readable for the group, for log shippers. */
const mode = 0o640

/**
 * One line per event. Each batch is synced before it counts as delivered. Checks the path before each batch, so that a
 * renamed or removed file is replaced without a signal such as SIGHUP.
 */
export function createFileTransport({ path, rotateAt, keep }: FileTransportOptions): SinkTransport {
  let file: FileHandle | null = null
  /** The last write. The next delivery waits for this write, even if the last delivery timed out. */
  let pending: Promise<void> = Promise.resolve()

  async function append(text: string) {
    const current = await currentFile()
    try {
      await current.appendFile(text)
      await current.datasync()
    } catch (error) {
      await closeFile()
      throw error
    }
    if (rotateAt !== null && (await current.stat()).size >= rotateAt) await rotate()
  }

  async function currentFile(): Promise<FileHandle> {
    if (file && (await isFileAt(path, file))) return file
    await closeFile()
    file = await openForAppending(path)
    return file
  }

  async function closeFile() {
    const closed = file
    file = null
    await closed?.close().catch(() => {})
  }

  async function rotate() {
    await closeFile()
    await rm(`${path}.${keep}`, { force: true })
    for (let number = keep - 1; number >= 1; number--)
      await renameIfExists(`${path}.${number}`, `${path}.${number + 1}`)
    await renameIfExists(path, `${path}.1`)
  }

  return {
    limits: { events: 1_000, characters: 1024 * 1024 },
    async deliver(events, signal) {
      await pending.catch(() => {})
      signal.throwIfAborted()
      pending = append(events.map(({ canonical }) => `${canonical}\n`).join(''))
      await pending
    },
    async close() {
      await pending.catch(() => {})
      await closeFile()
    },
  }
}

async function isFileAt(path: string, file: FileHandle): Promise<boolean> {
  const [named, opened] = await Promise.all([stat(path).catch(() => null), file.stat()])
  return named !== null && named.ino === opened.ino && named.dev === opened.dev
}

/** Opens the file and ends an incomplete line, which a full disk or a crash left. */
async function openForAppending(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a pipe would wait for its reader.
  const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK, mode)
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new Error('its path is not a file')
    if (found.size > 0 && !(await endsWithLine(file, found.size))) await file.appendFile('\n')
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

async function endsWithLine(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a
}

async function renameIfExists(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
