import { createPauses, runToEnd, type Steps } from '../steps/steps.ts'
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
  return runToEnd(envEntriesInSteps(env))
}

function* envEntriesInSteps(env: string): Steps<EnvEntry[]> {
  const lines = env.split('\n')
  const inBlock = yield* createBlockReader(lines)
  const isPauseDue = createPauses()
  const list: { key: string | null; rawKey: string; lines: string[] }[] = []
  for (const line of lines) {
    if (isPauseDue(line.length)) yield
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
  return runToEnd(environmentValuesInSteps(env))
}

/** As `environmentValues`, for large environments. */
export function* environmentValuesInSteps(env: string): Steps<Map<string, string>> {
  const values = new Map<string, string>()
  const isPauseDue = createPauses()
  for (const { key, rawKey, lines } of yield* envEntriesInSteps(env)) {
    if (key === null) continue
    const text = lines.join('\n').slice(rawKey.length + 1)
    values.set(key, lines.length === 1 && text.endsWith('\r') ? text.slice(0, -1) : text)
    if (isPauseDue(text.length)) yield
  }
  return values
}

/**
 * The rack reads some lines inside a value, such as the end of wrapped base64, as variables with an empty value. This
 * function maps the names of these variables to the key of the value. It leaves out names `LIKE_THIS` and variables
 * with a value, because their changes must be recorded.
 */
export function keysInsideValues(env: string): Map<string, string> {
  return runToEnd(keysInsideValuesInSteps(env))
}

/** As `keysInsideValues`, for large environments. */
export function* keysInsideValuesInSteps(env: string): Steps<Map<string, string>> {
  const owners = new Map<string, string>()
  const isPauseDue = createPauses()
  for (const { key, lines } of yield* envEntriesInSteps(env)) {
    if (key === null) continue
    for (const line of lines.slice(1)) {
      if (isPauseDue(line.length)) yield
      if (!line.includes('=')) continue
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

/** The returned function must get each line in order. A PEM block that does not end counts as one line. */
function* createBlockReader(lines: readonly string[]): Steps<(line: string) => boolean> {
  const isPauseDue = createPauses()
  let lastEnd = lines.length - 1
  for (; lastEnd >= 0 && lastIndexOfMark(lines[lastEnd] ?? '', 'END') === -1; lastEnd--)
    if (isPauseDue(lines[lastEnd]?.length ?? 0)) yield
  let at = -1
  let isOpen = false
  return function inBlock(line) {
    at++
    const wasOpen = isOpen
    const [begins, ends] = [lastIndexOfMark(line, 'BEGIN'), lastIndexOfMark(line, 'END')]
    if (begins !== -1 || ends !== -1) isOpen = begins > ends && at < lastEnd
    return wasOpen
  }
}

/** The index of the last `----BEGIN` or `----END` in a line; -1 for none. */
function lastIndexOfMark(line: string, word: 'BEGIN' | 'END'): number {
  if (!line.includes('----')) return -1
  for (let at = line.lastIndexOf(word); at > 0; at = line.lastIndexOf(word, at - 1)) {
    const before = line[at - 1]
    if (before !== '-' && before !== ' ') continue
    const dashesEnd = before === ' ' ? at - 1 : at
    if (line.startsWith('----', dashesEnd - 4) && !/^\w/.test(line.slice(at + word.length, at + word.length + 1)))
      return at
  }
  return -1
}

/**
 * Whether a line looks like the padded last line of wrapped base64. A single `=` could also end an empty variable. So
 * the previous line must end with 40 characters of base64, and the text must not be a conventional name.
 */
function isBase64Continuation(line: string, previousLine: string): boolean {
  const text = line.trimEnd()
  if (!text.endsWith('=')) return false
  if (/^[A-Za-z0-9+/_-]+==$/.test(text)) return true
  return (
    /^[A-Za-z0-9+/_-]+=$/.test(text) &&
    !conventionalName.test(text.slice(0, -1)) &&
    /^[A-Za-z0-9+/_-]{40}$/.test(previousLine.trimEnd().slice(-40))
  )
}
