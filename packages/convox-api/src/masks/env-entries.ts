import { readLine } from './env-lines.ts'

/** A variable with the lines below it that continue its value. */
export interface EnvEntry {
  /** Null for lines before the first variable. */
  readonly key: string | null
  /** The key as it is written. */
  readonly before: string
  readonly lines: readonly string[]
}

/**
 * Reads an environment as a person does: a value of several lines, such as a PEM block or wrapped base64, is one value.
 * The rack reads each of its lines alone, so that a line that ends with `=` is a variable for it.
 */
export function envEntries(env: string): EnvEntry[] {
  const lines = env.split('\n')
  const inBlock = createBlockReader(lines)
  const list: { key: string | null; before: string; lines: string[] }[] = []
  for (const line of lines) {
    const last = list.at(-1)
    const continues = inBlock(line) || (last !== undefined && isBase64Rest(line, last.lines.at(-1) ?? ''))
    const read = readLine(line)
    if (last && (continues || !read || !variable.test(read.key))) {
      last.lines.push(line)
    } else if (read && variable.test(read.key)) {
      list.push({ key: read.key, before: read.before, lines: [line] })
    } else list.push({ key: null, before: '', lines: [line] })
  }
  return list
}

/** The values of an environment's variables with all of their lines; of a key's values the last one counts. */
export function wholeValues(env: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const { key, before, lines } of envEntries(env)) {
    if (key === null) continue
    const text = lines.join('\n').slice(before.length + 1)
    values.set(key, lines.length === 1 && text.endsWith('\r') ? text.slice(0, -1) : text)
  }
  return values
}

/**
 * What the rack takes for keys but is the end of a secret, with the key that it belongs to. A usual name, and one that is given
 * a value, is none of these: a change of it must be told.
 */
export function secretEnds(env: string): Map<string, string> {
  const owners = new Map<string, string>()
  for (const { key, lines } of envEntries(env)) {
    if (key === null) continue
    for (const line of lines.slice(1)) {
      const [, name = ''] = /^\s*([A-Za-z0-9+/_-]+)={1,2}["',;\\]*$/.exec(line.trimEnd()) ?? []
      if (name !== '' && !usualName.test(name)) owners.set(name, key)
    }
  }
  return owners
}

/** No variable has a name that a process's environment can't hold. */
const variable = /^[A-Za-z0-9_.-]+$/
const usualName = /^[A-Z][A-Z0-9_]*$/
const begin = /-{4,5} ?BEGIN\b/g
const end = /-{4,5} ?END\b/g

/** Says of each line in turn whether it continues a PEM block. A block that never ends holds its first line only. */
function createBlockReader(lines: readonly string[]): (line: string) => boolean {
  const lastEnd = lines.findLastIndex((line) => lastPlace(line, end) !== -1)
  let at = -1
  let isOpen = false
  return function inBlock(line) {
    at++
    const wasOpen = isOpen
    const [begins, ends] = [lastPlace(line, begin), lastPlace(line, end)]
    if (begins !== -1 || ends !== -1) isOpen = begins > ends && at < lastEnd
    return wasOpen
  }
}

function lastPlace(line: string, mark: RegExp): number {
  if (!line.includes('----')) return -1
  let place = -1
  for (const { index } of line.matchAll(mark)) place = index
  return place
}

/**
 * Whether a line looks like the last one of wrapped base64, which is padded. One `=` alone could end an empty variable, so the
 * line above must be as long as those of wrapped base64, and the name none that is usual for a variable.
 */
function isBase64Rest(line: string, above: string): boolean {
  const text = line.trimEnd()
  if (/^[A-Za-z0-9+/_-]+==$/.test(text)) return true
  return /^[A-Za-z0-9+/_-]+=$/.test(text) && !usualName.test(text.slice(0, -1)) && /[A-Za-z0-9+/_-]{40}\s*$/.test(above)
}
