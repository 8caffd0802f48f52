import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { ConfigFileLocked } from '../errors/errors.ts'
import { isErrno } from './errno.ts'

const retryMs = 20

export interface LockOptions {
  /** Milliseconds to wait for another holder of the lock. */
  readonly waitMs: number
  /** For the error message: what the holder of the lock does. Default: `it writes PATH`. */
  readonly purpose?: string
}

/**
 * Holds `PATH.lock` during `work`. Takes over a lock whose process ran on this machine and has ended. Waits for any
 * other lock.
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

/** Ignores permission errors, because the work has already ended. The lock of an ended process can be taken over. */
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

/**
 * Takes a second lock. Without the second lock, two processes could find the same lock abandoned, and the slower one
 * would remove the new lock of the faster one.
 */
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
