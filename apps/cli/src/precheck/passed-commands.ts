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
const mostRemembered = 100

/** Bytes. Of a longer file nothing is read. */
const longest = 64 * 1024

/** @param path in a directory that is there and nobody else's */
export function passedCommands(path: string): PassedCommands {
  let known: Kept | null = null

  function kept(): Kept {
    known ??= read(path)
    return known
  }

  return {
    has: (trace) => kept().traces.includes(trace),
    add(trace) {
      const before = kept()
      const traces = [...before.traces, trace]
      known = { ...before, traces }
      try {
        if (before.isWhole && traces.length <= 2 * mostRemembered) appendFileSync(path, line(trace), { mode: 0o600 })
        else writeFileSync(path, traces.slice(-mostRemembered).map(line).join(''), { mode: 0o600 })
        known = { traces, isWhole: true }
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

interface Kept {
  readonly traces: readonly string[]
  /** Whether the file ends after them, so that a line can follow; otherwise it is written anew. */
  readonly isWhole: boolean
}

const none: Kept = { traces: [], isWhole: true }
const unusable: Kept = { traces: [], isWhole: false }

function line(trace: string): string {
  return `${trace}\n`
}

function read(path: string): Kept {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (size === 0) return none
    if (size > longest) return unusable
    const text = readFileSync(path, 'latin1')
    return { traces: text.trimEnd().split('\n'), isWhole: text.endsWith('\n') }
  } catch {
    return unusable
  }
}
