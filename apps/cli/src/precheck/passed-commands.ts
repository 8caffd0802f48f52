import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'

/**
 * Traces of commands that have passed, a line each. They only permit, and the gateway decides all the same, so nothing is
 * lost with them, nor gained by who writes one: they are appended to without waiting for the disk, whose failures are none of the command's.
 */
export interface PassedCommands {
  has(trace: string): boolean
  add(trace: string): void
  forget(): void
}

/** So many are remembered at least, the latest ones; twice as many are cut down to them. */
export const mostRemembered = 100

/** Of more lines than these nothing is read. */
const longest = 64 * 1024

/** @param path in a directory that is there and nobody else's */
export function passedCommands(path: string): PassedCommands {
  let known: string[] | null = null

  function traces(): string[] {
    known ??= read(path)
    return known
  }

  return {
    has: (trace) => traces().includes(trace),
    add(trace) {
      const before = traces()
      known = [...before, trace]
      try {
        if (before.length < 2 * mostRemembered) appendFileSync(path, line(trace), { mode: 0o600 })
        else writeFileSync(path, known.slice(-mostRemembered).map(line).join(''), { mode: 0o600 })
      } catch {
        // The next time it is judged again.
      }
    },
    forget() {
      known = null
      try {
        rmSync(path, { force: true })
      } catch {
        // They name the answer that they were of.
      }
    },
  }
}

function line(trace: string): string {
  return `${trace}\n`
}

function read(path: string): string[] {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    return size === 0 || size > longest ? [] : readFileSync(path, 'latin1').trimEnd().split('\n')
  } catch {
    return []
  }
}
