import { goTrim } from './go-space.ts'

/**
 * Reads an environment as the rack does: `KEY=value` a line, the key trimmed, the value up to the line's end, `=` included;
 * other lines are nothing; of a key's lines the last one counts.
 */
export function parseEnv(env: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of env.split('\n')) {
    const read = readLine(line)
    if (read) values.set(read.key, read.value)
  }
  return values
}

/** The keys that were added, removed or given another value, sorted. */
export function diffEnv(before: string, after: string): string[] {
  const old = parseEnv(before)
  const now = parseEnv(after)
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key))
  return changed.sort()
}

/** A line that the rack reads as a variable. */
export interface EnvLine {
  readonly key: string
  readonly before: string
  readonly value: string
}

export function readLine(line: string): EnvLine | null {
  const equals = line.indexOf('=')
  if (equals === -1) return null
  const before = line.slice(0, equals)
  const key = goTrim(before)
  if (key === '') return null
  return { key, before, value: line.endsWith('\r') ? line.slice(equals + 1, -1) : line.slice(equals + 1) }
}
