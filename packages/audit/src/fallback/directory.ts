import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { FallbackDirectoryUnfit } from '../errors/errors.ts'
import { type Disk, ignoreMissing } from './disk.ts'
import { type FileName, readFileName, refusedSuffix, takenSuffix } from './file-name.ts'

export interface WaitingFile extends FileName {
  /** In bytes. */
  readonly size: number
}

export interface FallbackDirectory {
  readonly path: string
  /** Files to import, per stream in order of events, and the number of refused files. */
  list(): Promise<{ readonly waiting: readonly WaitingFile[]; readonly refused: number }>
  /**
   * Renames a file to claim it for the import. The process that writes the file detects the new name.
   * @returns null if another process was faster
   */
  claimForImport(file: FileName): Promise<FileName | null>
  /** Renames the file so that nobody imports it. */
  setAside(file: FileName): Promise<void>
  /** Call only when all events of the file are durable elsewhere. */
  remove(file: FileName): Promise<void>
}

/**
 * Creates the directory if needed, and checks that files in it become durable.
 *
 * @throws FallbackDirectoryUnfit if it is a link, belongs to another user, is open to others, or cannot be written
 */
export async function openFallbackDirectory(path: string, disk: Disk): Promise<FallbackDirectory> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error) =>
    throwUnfit(`it cannot be created (${error.message})`),
  )
  await checkOwnership(path)
  await checkDurability(path, disk)
  return {
    path,
    async list() {
      const names = await readdir(path)
      const files = names.map(readFileName).filter((name) => name !== null)
      const states = await Promise.all(files.map(({ name }) => lstat(join(path, name)).catch(ignoreMissing)))
      const waiting = files.flatMap((file, index) => (states[index] ? [{ ...file, size: states[index].size }] : []))
      return {
        waiting: waiting.sort((a, b) => (a.name < b.name ? -1 : 1)),
        refused: names.filter((name) => name.endsWith(refusedSuffix)).length,
      }
    },
    async claimForImport(file) {
      if (file.name.endsWith(takenSuffix)) return file
      const name = `${file.name}${takenSuffix}`
      const isMoved = await move(join(path, file.name), join(path, name))
      return isMoved ? { ...file, name } : null
    },
    async setAside(file) {
      await move(join(path, file.name), join(path, `${file.name}.${Date.now()}${refusedSuffix}`))
      await disk.syncDirectory(path)
    },
    async remove(file) {
      await unlink(join(path, file.name)).catch(ignoreMissing)
      await disk.syncDirectory(path)
    },
  }
}

async function move(from: string, to: string): Promise<boolean> {
  return (await rename(from, to).then(() => true, ignoreMissing)) !== null
}

async function checkOwnership(path: string) {
  const stats = await lstat(path)
  const userId = process.getuid?.()
  if (!stats.isDirectory()) throwUnfit(`${path} is not a directory`)
  if (userId !== undefined && stats.uid !== userId) throwUnfit(`${path} belongs to another user`)
  if ((stats.mode & 0o077) !== 0) throwUnfit(`other users can access ${path}; set its mode to 0700`)
}

async function checkDurability(path: string, disk: Disk) {
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
    throwUnfit(`a file in ${path} cannot be synced to the disk (${error instanceof Error ? error.message : error})`)
  }
}

function throwUnfit(reason: string): never {
  throw new FallbackDirectoryUnfit(reason)
}
