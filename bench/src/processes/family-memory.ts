import { readFileSync } from 'node:fs'
import { pageSize, residentPages, sharedPages } from './memory.ts'

/** Milliseconds between two readings. */
const interval = 20

/**
 * Watches a process and its children. The program's own pages count only once, because the processes share them.
 *
 * @returns a function that ends the watch, and returns the largest sum in bytes; null on systems without /proc
 */
export function watchFamilyMemory(
  pid: number,
  read: (pid: number) => number | null = familyBytes,
): () => number | null {
  let highest = read(pid)
  function readMemory(): void {
    const bytes = read(pid)
    if (bytes !== null) highest = Math.max(highest ?? 0, bytes)
  }
  const timer = setInterval(readMemory, interval)
  return function stop() {
    clearInterval(timer)
    readMemory()
    return highest
  }
}

/** @returns null if the memory of the process can't be read */
export function familyBytes(pid: number): number | null {
  const own = readOrNull(`/proc/${pid}/statm`)
  if (own === null) return null
  const children = (readOrNull(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean)
  const childPages = children.map((child) => {
    const statm = readOrNull(`/proc/${child}/statm`)
    return statm === null ? 0 : residentPages(statm) - sharedPages(statm)
  })
  return childPages.reduce((sum, pages) => sum + pages, residentPages(own)) * pageSize
}

/** A child can end between two readings. */
function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
