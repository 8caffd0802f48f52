import { readFileSync } from 'node:fs'

/** Milliseconds between two looks. */
const every = 20

/** Watches how far the resident memory of processes rises above where it is now. */
export interface MemoryWatch {
  /** Ends the watch. @returns bytes; null where the system has no /proc */
  grown(): number | null
}

export function watchMemory(pids: readonly number[], resident: typeof residentBytes = residentBytes): MemoryWatch {
  const before = resident(pids)
  let most = before
  function look() {
    most = Math.max(most ?? 0, resident(pids) ?? 0)
  }
  const timer = before === null ? undefined : setInterval(look, every)
  return {
    grown() {
      clearInterval(timer)
      if (before === null || most === null) return null
      look()
      return most - before
    },
  }
}

/** Bytes of a page: what /proc counts in. */
const page = 4_096

/** @returns the sum; null where one of them can't be read */
export function residentBytes(pids: readonly number[]): number | null {
  try {
    return pids.reduce((sum, pid) => sum + residentPages(readFileSync(`/proc/${pid}/statm`, 'utf8')) * page, 0)
  } catch {
    return null
  }
}

/** @see proc_pid_statm(5) */
export function residentPages(statm: string): number {
  return Number(statm.split(' ')[1])
}
