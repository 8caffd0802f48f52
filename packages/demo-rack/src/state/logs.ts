import type { Clock } from '../determinism/clock.ts'
import { notFound } from '../errors/rack-error.ts'

const maxLines = 1000

export interface LogLines {
  readonly lines: readonly string[]
  append(line: string): void
  /** Calls `listener` for each later line. @returns a function that ends the calls */
  follow(listener: (line: string) => void): () => void
  /** Call `finish` after the last line. */
  finish(): void
  readonly finished: Promise<void>
}

export function createLogLines(): LogLines {
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  return {
    lines,
    finished,
    finish,
    append(line) {
      lines.push(line)
      if (lines.length > maxLines) lines.shift()
      for (const listener of listeners) listener(line)
    },
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Formats `2026-11-24T22:58:27Z service/web/myapp-1 tick 1`, with a line break. */
export function logLine(clock: Clock, source: string, text: string): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z ${source} ${text}\n`
}

/** Removes the time and the source from a line, for a caller that doesn't set the option `Prefix`. */
export function withoutPrefix(line: string): string {
  return line.replace(/^\S+Z \S+ /, '')
}

export function buildLog(logs: ReadonlyMap<string, LogLines>, build: string): LogLines {
  const found = logs.get(build)
  if (found === undefined) throw notFound('build', build)
  return found
}
