import { readLine } from './env-lines.ts'

/** A variable with all lines of its value. */
export interface EnvEntry {
  /** Null for lines before the first variable. */
  readonly key: string | null
  /** The key with the white space around it. */
  readonly rawKey: string
  readonly lines: readonly string[]
}

/**
 * Reads an environment with values of several lines, such as PEM blocks and wrapped base64. The rack reads each line
 * separately. So a line of such a value that contains `=` is another variable for the rack.
 */
export function envEntries(env: string): EnvEntry[] {
  const lines = env.split('\n')
  const inBlock = createBlockReader(lines)
  const list: { key: string | null; rawKey: string; lines: string[] }[] = []
  for (const line of lines) {
    const last = list.at(-1)
    const continues = inBlock(line) || (last !== undefined && isBase64Continuation(line, last.lines.at(-1) ?? ''))
    const read = readLine(line)
    if (last && (continues || !read || !variableName.test(read.key))) {
      last.lines.push(line)
    } else if (read && variableName.test(read.key)) {
      list.push({ key: read.key, rawKey: read.rawKey, lines: [line] })
    } else list.push({ key: null, rawKey: '', lines: [line] })
  }
  return list
}

/** The values of an environment's variables, with all of their lines. The last value of a key counts. */
export function environmentValues(env: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const { key, rawKey, lines } of envEntries(env)) {
    if (key === null) continue
    const text = lines.join('\n').slice(rawKey.length + 1)
    values.set(key, lines.length === 1 && text.endsWith('\r') ? text.slice(0, -1) : text)
  }
  return values
}

/**
 * The rack reads some lines inside a value, such as the end of wrapped base64, as variables with an empty value. This
 * function maps the names of these variables to the key of the value. It leaves out names `LIKE_THIS` and variables
 * with a value, because their changes must be recorded.
 */
export function keysInsideValues(env: string): Map<string, string> {
  const owners = new Map<string, string>()
  for (const { key, lines } of envEntries(env)) {
    if (key === null) continue
    for (const line of lines.slice(1)) {
      const [, name = ''] = /^\s*([A-Za-z0-9+/_-]+)={1,2}["',;\\]*$/.exec(line.trimEnd()) ?? []
      if (name !== '' && !conventionalName.test(name)) owners.set(name, key)
    }
  }
  return owners
}

/** Names that the environment of a process can contain. */
const variableName = /^[A-Za-z0-9_.-]+$/
/** The usual form of the name of a variable: `LIKE_THIS`. */
const conventionalName = /^[A-Z][A-Z0-9_]*$/
const begin = /-{4,5} ?BEGIN\b/g
const end = /-{4,5} ?END\b/g

/** The returned function must get each line in order. A PEM block that does not end counts as one line. */
function createBlockReader(lines: readonly string[]): (line: string) => boolean {
  const lastEnd = lines.findLastIndex((line) => lastIndexOfMark(line, end) !== -1)
  let at = -1
  let isOpen = false
  return function inBlock(line) {
    at++
    const wasOpen = isOpen
    const [begins, ends] = [lastIndexOfMark(line, begin), lastIndexOfMark(line, end)]
    if (begins !== -1 || ends !== -1) isOpen = begins > ends && at < lastEnd
    return wasOpen
  }
}

function lastIndexOfMark(line: string, mark: RegExp): number {
  if (!line.includes('----')) return -1
  let last = -1
  for (const { index } of line.matchAll(mark)) last = index
  return last
}

/**
 * Whether a line looks like the padded last line of wrapped base64. A single `=` could also end an empty variable. So
 * the previous line must end with 40 characters of base64, and the text must not be a conventional name.
 */
function isBase64Continuation(line: string, previousLine: string): boolean {
  const text = line.trimEnd()
  if (/^[A-Za-z0-9+/_-]+==$/.test(text)) return true
  return (
    /^[A-Za-z0-9+/_-]+=$/.test(text) &&
    !conventionalName.test(text.slice(0, -1)) &&
    /[A-Za-z0-9+/_-]{40}\s*$/.test(previousLine)
  )
}
