import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { isErrno } from './errno.ts'
import { ConfigFileLocked } from './errors.ts'

const retryMs = 20

/** The timeout for another writer in milliseconds. */
export interface LockOptions {
  readonly waitMs: number
  /** What the holder of the lock does, as a clause of the error. Default: `it writes PATH`. */
  readonly purpose?: string
}

/**
 * Runs `work` while this process holds `PATH.lock`.
 *
 * Takes over a lock whose process ran on this machine and has ended. Waits for any other lock.
 *
 * @throws ConfigFileLocked after `waitMs`
 */
export async function withFileLock<T>(
  path: string,
  { waitMs, purpose = `it writes ${path}` }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const lock = `${path}.lock`
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), nonce: randomUUID() })
  for (let waited = 0; !create(lock, mine); waited += retryMs) {
    breakAbandoned(lock)
    if (waited >= waitMs) throw new ConfigFileLocked(holderOf(lock), purpose, lock)
    await pause(retryMs)
  }
  try {
    return await work()
  } finally {
    release(lock)
  }
}

/** Ignores failures, because the result of the work matters. The next process takes over a remaining lock when this process has ended. */
function release(lock: string): void {
  try {
    rmSync(lock, { force: true })
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR')) throw error
  }
}

function create(lock: string, content: string): boolean {
  try {
    writeFileSync(lock, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

/** Needs its own lock: otherwise a second process could remove the lock that the first one has just created. */
function breakAbandoned(lock: string): void {
  const breaking = `${lock}.breaking`
  if (!isAbandoned(lock) || !create(breaking, '')) return
  try {
    if (isAbandoned(lock)) unlinkSync(lock)
  } finally {
    rmSync(breaking, { force: true })
  }
}

function isAbandoned(lock: string): boolean {
  const holder = readHolder(lock)
  if (holder === null || holder.host !== hostname()) return false
  try {
    process.kill(holder.pid, 0)
    return false
  } catch (error) {
    return isErrno(error, 'ESRCH')
  }
}

function holderOf(lock: string): string {
  const holder = readHolder(lock)
  return holder === null ? 'which one is not known' : `process ${holder.pid} on ${holder.host}`
}

function readHolder(lock: string): { pid: number; host: string } | null {
  try {
    const holder: unknown = JSON.parse(readFileSync(lock, 'utf8'))
    if (typeof holder !== 'object' || holder === null || !('pid' in holder) || !('host' in holder)) return null
    const { pid, host } = holder
    return Number.isSafeInteger(pid) && typeof pid === 'number' && pid > 0 && typeof host === 'string'
      ? { pid, host }
      : null
  } catch {
    return null
  }
}
