import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { isErrno } from './errno.ts'
import { ConfigFileLocked } from './errors.ts'

const retryMs = 20

export interface LockOptions {
  /** Milliseconds to wait for another holder of the lock. */
  readonly waitMs: number
  /** What the holder does, for the error: a clause such as `it writes PATH`, which is the default. */
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
  const ownHolder = JSON.stringify({ pid: process.pid, host: hostname(), nonce: randomUUID() })
  for (let waited = 0; !create(lock, ownHolder); waited += retryMs) {
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

/**
 * Ignores an error of the file system that forbids the removal, because the work has succeeded or failed already. Another
 * process takes over the lock after this process has ended.
 */
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

/** Removes an abandoned lock, under a second lock: otherwise another process could remove the lock that this one creates next. */
function breakAbandoned(lock: string): void {
  const breakerLock = `${lock}.breaking`
  if (!isAbandoned(lock) || !create(breakerLock, '')) return
  try {
    if (isAbandoned(lock)) unlinkSync(lock)
  } finally {
    rmSync(breakerLock, { force: true })
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
