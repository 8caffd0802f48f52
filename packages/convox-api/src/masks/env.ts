import { ForeignMask } from '../errors.ts'
import { goTrim } from './go-space.ts'
import { isSecretValue } from './secret-keys.ts'
import type { MaskOrigin, MaskView } from './view.ts'

/** A mask as it stands in an environment, with the key that it stands at. */
export interface EnvMask {
  readonly key: string
  readonly release: string
  readonly mac: string
}

const maskStart = '[hidden'

/** The text of a mask: it names its origin and says nothing of the value. */
export function maskOf(release: string, mac: string): string {
  return `${maskStart}:${release}:${mac}]`
}

/** Whether a text holds a mask, whole or broken. */
export function containsMask(text: string): boolean {
  return text.includes(maskStart)
}

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

/**
 * Masks an environment's values for a view. Lines that the rack doesn't read as variables go with the variable above them,
 * so that no part of a value of several lines is left over.
 */
export function maskEnv(env: string, origin: Omit<MaskOrigin, 'key'>, view: MaskView): string {
  if (view.env === 'shown') return env
  const shown: string[] = []
  for (const { key, before, lines } of entries(env)) {
    const text = lines.join('\n')
    if (view.env === 'secrets-hidden' && !isSecretEntry(key, text, lines, view)) shown.push(text)
    else if (key !== null) shown.push(`${before}=${maskOf(origin.release, view.mac({ ...origin, key }))}`)
  }
  return shown.join('\n')
}

/** The masks that are whole values, so that their releases can be fetched. */
export function masksIn(env: string): EnvMask[] {
  return env.split('\n').flatMap((line) => {
    const read = readLine(line)
    const mask = read && readMask(read.value)
    return read && mask ? [{ key: read.key, ...mask }] : []
  })
}

/**
 * Puts the real values back in the place of masks.
 *
 * @param resolve the value that this key has in this release of this app, or null when there is none or the mac isn't its own
 * @returns the environment, and the keys that were restored
 * @throws ForeignMask with the key, for a mask that can't be resolved or isn't the whole value
 */
export function restoreEnv(
  env: string,
  { app, resolve }: { app: string; resolve: (origin: MaskOrigin, mac: string) => string | null },
): { env: string; restored: string[] } {
  const restored: string[] = []
  const lines = env.split('\n').map((line, index) => {
    if (!containsMask(line)) return line
    const read = readLine(line)
    const key = read?.key ?? `line ${index + 1}`
    const mask = read && readMask(read.value)
    const value = mask ? resolve({ app, release: mask.release, key }, mask.mac) : null
    if (!read || value === null || containsMask(read.before)) throw new ForeignMask(key)
    restored.push(key)
    return `${read.before}=${value}${line.endsWith('\r') ? '\r' : ''}`
  })
  return { env: lines.join('\n'), restored }
}

interface Line {
  readonly key: string
  readonly before: string
  readonly value: string
}

function readLine(line: string): Line | null {
  const equals = line.indexOf('=')
  if (equals === -1) return null
  const before = line.slice(0, equals)
  const key = goTrim(before)
  if (key === '') return null
  return { key, before, value: line.endsWith('\r') ? line.slice(equals + 1, -1) : line.slice(equals + 1) }
}

function readMask(value: string): { release: string; mac: string } | null {
  if (!value.startsWith(`${maskStart}:`) || !value.endsWith(']')) return null
  const [release = '', mac = '', ...more] = value.slice(maskStart.length + 1, -1).split(':')
  return more.length === 0 && isWord(release) && isWord(mac) ? { release, mac } : null
}

function isWord(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text)
}

interface Entry {
  readonly key: string | null
  readonly before: string
  readonly lines: string[]
}

/** Variables with the lines below them that belong to none. No variable has a name that a process's environment can't hold. */
function entries(env: string): Entry[] {
  const list: Entry[] = []
  for (const line of env.split('\n')) {
    const read = readLine(line)
    const last = list.at(-1)
    if (read && /^[A-Za-z0-9_.-]+$/.test(read.key)) list.push({ key: read.key, before: read.before, lines: [line] })
    else if (last) last.lines.push(line)
    else list.push({ key: null, before: '', lines: [line] })
  }
  return list
}

function isSecretEntry(key: string | null, text: string, lines: readonly string[], view: MaskView): boolean {
  if (key !== null && view.isSecret(key)) return true
  if (isSecretValue(text)) return true
  return lines.some((line) => {
    const read = readLine(line)
    return read !== null && read.key !== key && view.isSecret(read.key)
  })
}
