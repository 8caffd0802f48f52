import { readFileSync } from 'node:fs'

/** Milliseconds between two readings. */
const interval = 20

export interface MemoryWatch {
  /** Ends the watch. @returns the largest growth in bytes; null on systems without /proc */
  stop(): number | null
}

export function watchMemory(pids: readonly number[], resident: typeof residentBytes = residentBytes): MemoryWatch {
  const before = resident(pids)
  let highest = before
  function readMemory() {
    highest = Math.max(highest ?? 0, resident(pids) ?? 0)
  }
  const timer = before === null ? undefined : setInterval(readMemory, interval)
  return {
    stop() {
      clearInterval(timer)
      if (before === null || highest === null) return null
      readMemory()
      return highest - before
    },
  }
}

/** Bytes of a page, which is the unit of /proc. Some ARM systems have larger pages. */
export const pageSize = 4_096

/** @returns the sum, or null if the memory of a process can't be read */
export function residentBytes(pids: readonly number[]): number | null {
  try {
    return pids.reduce((sum, pid) => sum + residentPages(readFileSync(`/proc/${pid}/statm`, 'utf8')) * pageSize, 0)
  } catch {
    return null
  }
}

/** @see proc_pid_statm(5) */
export function residentPages(statm: string): number {
  return Number(statm.split(' ')[1])
}

/** Resident pages of files, such as the program. @see proc_pid_statm(5) */
export function sharedPages(statm: string): number {
  return Number(statm.split(' ')[2])
}
