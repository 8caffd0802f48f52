import { constants, type Stats } from 'node:fs'
import { lstat, open, statfs, unlink } from 'node:fs/promises'

/** Identifies a file independent of its name. */
export interface FileIdentity {
  readonly dev: number
  readonly ino: number
}

export interface FileState extends FileIdentity {
  /** In bytes. */
  readonly size: number
  /** Number of hard links; 0 after the last name was removed. */
  readonly links: number
}

/** An open file that is appended to. Methods reject with the operating system's error. */
export interface DiskFile {
  append(bytes: Buffer): Promise<void>
  /** Resolves when appended bytes are on the disk. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  state(): Promise<FileState>
  /** Reads the file, even after its last name was removed. */
  read(position: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** The file system operations that the fallback needs, so that tests can make them fail. */
export interface Disk {
  /** Creates a file that only its owner can read. Rejects if the name exists, even as a link. */
  create(path: string): Promise<DiskFile>
  /** Free bytes on the file system of a directory. */
  free(directory: string): Promise<number>
  /** The file that has this name now, or null. */
  identity(path: string): Promise<FileIdentity | null>
  remove(path: string): Promise<void>
  /** Resolves when created and removed names are on the disk. */
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
  identity: (path) => lstat(path).catch(ignoreMissing),
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

export function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
