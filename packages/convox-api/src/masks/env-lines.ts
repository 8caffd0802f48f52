/** Reads an environment as the rack does: one `KEY=value` per line, with a trimmed key. The last line of a key wins. */
export function parseEnv(env: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of env.split('\n')) {
    const read = readLine(line)
    if (read) values.set(read.key, read.value)
  }
  return values
}

export function diffEnv(before: string, after: string): string[] {
  const old = parseEnv(before)
  const current = parseEnv(after)
  const changed = [...new Set([...old.keys(), ...current.keys()])].filter((key) => old.get(key) !== current.get(key))
  return changed.sort()
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
