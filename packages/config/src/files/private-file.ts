import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { ConfigDirectoryShared, ConfigFileForeign, ConfigFileUnusable } from '../errors/errors.ts'
import { errnoReason, isErrno } from './errno.ts'

const posix = process.platform !== 'win32'
const groupAndOthers = 0o077
const sticky = 0o1000

/** Sentences for the user about permissions that were too open. */
export type Notices = string[]

/**
 * Null if there is no file. Tightens permissions that let others access the file. Does not block on a named pipe.
 *
 * @throws ConfigFileForeign if the owner is neither this user nor root; ConfigFileUnusable if `path` can't be read or
 *   is not a file
 */
export function readPrivateFile(path: string, notices: Notices): string | null {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null
    throw new ConfigFileUnusable(path, 'read', errnoReason(error))
  }
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) throw new ConfigFileUnusable(path, 'read', 'it is not a file')
    const { mode, uid } = stats
    const me = process.getuid?.()
    if (me !== undefined && uid !== me && uid !== 0) throw new ConfigFileForeign(path)
    if (posix && (mode & groupAndOthers) !== 0) tighten(path, 0o600, notices)
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw isErrno(error, 'EIO') ? new ConfigFileUnusable(path, 'read', errnoReason(error)) : error
  } finally {
    closeSync(file)
  }
}

/**
 * Creates the directory of `path`, or tightens its permissions to 0700.
 *
 * @throws ConfigDirectoryShared for directories that other users or programs need: `/tmp`, `/`, the home directory;
 *   ConfigFileForeign if the owner is neither this user nor root
 */
export function preparePrivateDirectory(path: string, notices: Notices): void {
  const directory = dirname(path)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (!posix) return
  const real = realpathSync(directory)
  const { mode, uid } = statSync(real)
  if ((mode & sticky) !== 0 || real === dirname(real) || real === homedir()) throw new ConfigDirectoryShared(directory)
  const me = process.getuid?.()
  if (me !== undefined && uid !== me && uid !== 0) throw new ConfigFileForeign(directory)
  if ((mode & groupAndOthers) !== 0) tighten(directory, 0o700, notices)
}

/**
 * Replaces a file's content atomically: a power failure leaves the old or the new content. For a symbolic link,
 * replaces its target. The flag `wx` doesn't follow a link that another user placed at the temporary path.
 *
 * @throws ConfigFileUnusable if the file can't be written
 */
export function writePrivateFile(path: string, content: string): void {
  const target = resolveLink(path)
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`)
  try {
    const file = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new ConfigFileUnusable(path, 'written', errnoReason(error))
  }
  if (posix) syncDirectory(dirname(target))
}

function resolveLink(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return path
    throw new ConfigFileUnusable(path, 'written', errnoReason(error))
  }
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function tighten(path: string, mode: number, notices: Notices): void {
  const octal = `0${mode.toString(8)}`
  try {
    chmodSync(path, mode)
    notices.push(`${path} could be read by others; it is ${octal} now`)
  } catch (error) {
    notices.push(`${path} can be read by others and could not be made ${octal}: ${errnoReason(error)}`)
  }
}
