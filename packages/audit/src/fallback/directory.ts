import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { FallbackDirectoryUnfit } from '../errors.ts'
import { type Disk, missing } from './disk.ts'
import { type FileName, readFileName, refused, taken } from './file-name.ts'

export interface WaitingFile extends FileName {
  /** Bytes. */
  readonly size: number
}

export interface FallbackDirectory {
  readonly path: string
  /** Files to import, each stream's in the order of its events; and how many were set aside. */
  list(): Promise<{ readonly waiting: readonly WaitingFile[]; readonly refused: number }>
  /** Takes a file from whoever writes it, who will notice. @returns null: somebody was quicker */
  take(file: FileName): Promise<FileName | null>
  /** Keeps it under a name that nobody imports. */
  setAside(file: FileName): Promise<void>
  /** Only when all of it is durable elsewhere. */
  remove(file: FileName): Promise<void>
}

/**
 * Makes the directory if there is none, and tries whether files in it become durable.
 *
 * @throws FallbackDirectoryUnfit: it is a link, somebody else's, open to others, or can't be written
 */
export async function openFallbackDirectory(path: string, disk: Disk): Promise<FallbackDirectory> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error) => unfit(`it can not be made (${error.message})`))
  await expectOurs(path)
  await tryOut(path, disk)
  return {
    path,
    async list() {
      const names = await readdir(path)
      const files = names.map(readFileName).filter((name) => name !== null)
      const states = await Promise.all(files.map(({ name }) => lstat(join(path, name)).catch(missing)))
      const waiting = files.flatMap((file, index) => (states[index] ? [{ ...file, size: states[index].size }] : []))
      return {
        waiting: waiting.sort((a, b) => (a.name < b.name ? -1 : 1)),
        refused: names.filter((name) => name.endsWith(refused)).length,
      }
    },
    async take(file) {
      if (file.name.endsWith(taken)) return file
      const name = `${file.name}${taken}`
      const done = await move(join(path, file.name), join(path, name))
      return done ? { ...file, name } : null
    },
    async setAside(file) {
      await move(join(path, file.name), join(path, `${file.name}.${Date.now()}${refused}`))
      await disk.syncDirectory(path)
    },
    async remove(file) {
      await unlink(join(path, file.name)).catch(missing)
      await disk.syncDirectory(path)
    },
  }
}

async function move(from: string, to: string): Promise<boolean> {
  return (await rename(from, to).then(() => true, missing)) !== null
}

async function expectOurs(path: string) {
  const stats = await lstat(path)
  const me = process.getuid?.()
  if (!stats.isDirectory()) unfit(`${path} is not a directory`)
  if (me !== undefined && stats.uid !== me) unfit(`${path} belongs to another user; it should be this process's own`)
  if ((stats.mode & 0o077) !== 0) unfit(`others may look into ${path}; make it 0700`)
}

async function tryOut(path: string, disk: Disk) {
  const probe = join(path, `.probe.${randomUUID()}`)
  try {
    const file = await disk.create(probe)
    try {
      await file.append(Buffer.from('\n'))
      await file.sync()
    } finally {
      await file.close()
      await disk.remove(probe)
    }
    await disk.syncDirectory(path)
  } catch (error) {
    unfit(`a file in ${path} can not be made durable (${error instanceof Error ? error.message : error})`)
  }
}

function unfit(reason: string): never {
  throw new FallbackDirectoryUnfit(reason)
}
