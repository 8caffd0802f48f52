import { constants, type Stats } from 'node:fs'
import { lstat, open, statfs, unlink } from 'node:fs/promises'

/** What tells one file from another that took its name. */
export interface FileIdentity {
  readonly dev: number
  readonly ino: number
}

export interface FileState extends FileIdentity {
  /** Bytes. */
  readonly size: number
  /** Names that lead to it. */
  readonly links: number
}

/** A file that grows. Each method rejects with the system's error. */
export interface DiskFile {
  append(bytes: Buffer): Promise<void>
  /** Resolves when what was appended is on the disk. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  state(): Promise<FileState>
  /** Reads it again, also when no name leads to it any more. */
  read(position: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** The file system as far as the fallback needs it, so that a test can make it fail. */
export interface Disk {
  /** A new file that only its owner may read. Follows no link. */
  create(path: string): Promise<DiskFile>
  /** Bytes that may still be written to the file system of a directory. */
  free(directory: string): Promise<number>
  /** What has that name now; null: nothing. */
  identity(path: string): Promise<FileIdentity | null>
  remove(path: string): Promise<void>
  /** Resolves when names that were made or taken away are so on the disk. */
  syncDirectory(directory: string): Promise<void>
}

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_APPEND, O_RDONLY } = constants

export const nodeDisk: Disk = {
  async create(path) {
    const handle = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND, 0o600)
    return {
      append: (bytes) => handle.appendFile(bytes),
      sync: () => handle.datasync(),
      truncate: (size) => handle.truncate(size),
      state: async () => stateOf(await handle.stat()),
      async read(position, length) {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
        return buffer.subarray(0, bytesRead)
      },
      close: () => handle.close(),
    }
  },
  async free(directory) {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  },
  identity: (path) => lstat(path).catch(missing),
  remove: (path) => unlink(path),
  async syncDirectory(directory) {
    const handle = await open(directory, O_RDONLY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}

function stateOf({ dev, ino, size, nlink }: Stats): FileState {
  return { dev, ino, size, links: nlink }
}

export function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
