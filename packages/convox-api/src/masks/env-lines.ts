import { sortInSteps } from '../steps/sort-in-steps.ts'
import { createPauses, runToEnd, type Steps } from '../steps/steps.ts'

/** Reads an environment as the rack does: one `KEY=value` per line, with a trimmed key. The last line of a key wins. */
export function parseEnv(env: string): Map<string, string> {
  return runToEnd(parseEnvInSteps(env))
}

/** As `parseEnv`, for large environments. */
export function* parseEnvInSteps(env: string): Steps<Map<string, string>> {
  const isPauseDue = createPauses()
  const values = new Map<string, string>()
  for (const line of env.split('\n')) {
    const read = readLine(line)
    if (read) values.set(read.key, read.value)
    if (isPauseDue(line.length)) yield
  }
  return values
}

/** The keys with different values, sorted. */
export function diffEnv(before: string, after: string): string[] {
  return runToEnd(changedKeysInSteps(parseEnv(before), parseEnv(after)))
}

/** As `diffEnv`, for large environments. */
export function* changedKeysInSteps(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Steps<string[]> {
  const isPauseDue = createPauses()
  const changed: string[] = []
  for (const [key, value] of after) {
    if (before.get(key) !== value) changed.push(key)
    if (isPauseDue(key.length + value.length)) yield
  }
  for (const key of before.keys()) {
    if (!after.has(key)) changed.push(key)
    if (isPauseDue(key.length)) yield
  }
  return yield* sortInSteps(changed)
}

/** A line that the rack reads as a variable. `rawKey` is the key with the white space around it. */
export interface EnvLine {
  readonly key: string
  readonly rawKey: string
  readonly value: string
}

export function readLine(line: string): EnvLine | null {
  const equals = line.indexOf('=')
  if (equals === -1) return null
  const rawKey = line.slice(0, equals)
  const key = goTrim(rawKey)
  if (key === '') return null
  return { key, rawKey, value: line.endsWith('\r') ? line.slice(equals + 1, -1) : line.slice(equals + 1) }
}

/**
 * Trims as Go's strings.TrimSpace does. JavaScript's trim keeps U+0085 and removes U+FEFF, so the gateway would read
 * other keys than the rack.
 */
function goTrim(text: string): string {
  let begin = 0
  let end = text.length
  while (begin < end && isGoSpace(text.charCodeAt(begin))) begin++
  while (end > begin && isGoSpace(text.charCodeAt(end - 1))) end--
  return text.slice(begin, end)
}

function isGoSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  if (code < 0x80) return false
  if (code >= 0x2000 && code <= 0x200a) return true
  return wideSpaces.has(code)
}

const wideSpaces = new Set([0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000])
