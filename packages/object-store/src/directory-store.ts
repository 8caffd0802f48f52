import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, type FileHandle, link, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LRUCache } from 'lru-cache'
import { ObjectDiffers, ObjectStoreUnusable, ObjectTooLarge } from './errors.ts'
import { checkKey } from './key.ts'
import { defaultLimit, type GetOptions, type ObjectStore, type PutOptions, type StoredObject } from './object-store.ts'

const maxSyncedDirectories = 1_000

/** Stores objects as files below a directory. Only the owner of the files can read and change them. */
export function createDirectoryStore(directory: string): ObjectStore {
  const fileOf = (key: string) => join(directory, ...key.split('/'))
  const syncedDirectories = new LRUCache<string, true>({ max: maxSyncedDirectories })

  async function ensureDirectory(parent: string): Promise<void> {
    if (syncedDirectories.has(parent)) return
    await makeDirectories(directory, parent)
    syncedDirectories.set(parent, true)
  }

  /** Creates the directory again if it was removed since its last use. */
  async function writeTemporaryFile(parent: string, temporaryFile: string, bytes: Uint8Array): Promise<void> {
    await ensureDirectory(parent)
    try {
      await writeDurably(temporaryFile, bytes)
    } catch (error) {
      if (!syncedDirectories.delete(parent) || !hasCode(error, 'ENOENT')) throw error
      await ensureDirectory(parent)
      await writeDurably(temporaryFile, bytes)
    }
  }

  async function get(key: string, { limit = defaultLimit, signal }: GetOptions = {}): Promise<Buffer | null> {
    checkKey(key)
    signal?.throwIfAborted()
    const file = await openExisting(fileOf(key))
    if (file === null) return null
    try {
      if ((await file.stat()).size > limit) throw new ObjectTooLarge(key, directory, limit)
      return await file.readFile()
    } finally {
      await file.close()
    }
  }

  return {
    location: directory,
    immutable: false,
    async put(key, bytes, { signal }: PutOptions = {}) {
      checkKey(key)
      signal?.throwIfAborted()
      const file = fileOf(key)
      const temporaryFile = join(dirname(file), `.${randomBytes(12).toString('hex')}`)
      try {
        await writeTemporaryFile(dirname(file), temporaryFile, bytes)
        signal?.throwIfAborted()
        // A link, unlike a rename, never replaces an existing file.
        await link(temporaryFile, file)
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error
        if (!(await hasContent(file, bytes))) throw new ObjectDiffers(key, directory)
      } finally {
        await unlink(temporaryFile).catch(() => {})
      }
      await syncDirectory(dirname(file))
    },
    get,
    async *list(prefix, { signal } = {}) {
      signal?.throwIfAborted()
      yield* walk(directory, '', prefix, signal)
    },
    async remove(key, { signal } = {}) {
      checkKey(key)
      signal?.throwIfAborted()
      await unlink(fileOf(key)).catch(throwUnlessMissing)
    },
    async check() {
      try {
        await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
      } catch (cause) {
        const reason = hasCode(cause, 'ENOENT')
          ? 'there is no such directory; create it'
          : 'the gateway cannot read and write in this directory; give it the permission'
        throw Object.assign(new ObjectStoreUnusable(directory, reason), { cause })
      }
    },
    close() {},
  }
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function hasContent(file: string, bytes: Uint8Array): Promise<boolean> {
  const handle = await openExisting(file)
  if (handle === null) return false
  try {
    return (await handle.stat()).size === bytes.length && (await handle.readFile()).equals(bytes)
  } finally {
    await handle.close()
  }
}

/** @returns null if the file is missing @throws an error with the code ELOOP if the file is a symbolic link */
async function openExisting(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    throwUnlessMissing(error)
    return null
  }
}

/** Makes each new directory durable. Does not create `root`. */
async function makeDirectories(root: string, directory: string): Promise<void> {
  if (directory === root) return
  await makeDirectories(root, dirname(directory))
  try {
    await mkdir(directory, { mode: 0o700 })
    await syncDirectory(dirname(directory))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function* walk(
  root: string,
  folder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredObject> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error) => {
    throwUnlessMissing(error)
    return []
  })
  const sortedEntries = entries
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => ({ entry, path: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}` }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
  for (const { entry, path } of sortedEntries) {
    signal?.throwIfAborted()
    if (entry.isDirectory() && (path.startsWith(prefix) || prefix.startsWith(path)))
      yield* walk(root, path, prefix, signal)
    else if (entry.isFile() && path.startsWith(prefix)) yield { key: path, size: (await lstat(join(root, path))).size }
  }
}

function throwUnlessMissing(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
