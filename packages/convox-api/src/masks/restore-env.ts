import { ForeignMask } from '../errors.ts'
import { readLine } from './env-lines.ts'
import { isVariableName } from './key-names.ts'
import { rackTokenMark } from './rack-token.ts'
import type { MaskOrigin } from './view.ts'

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

/** Whether a text contains a mask, whole or broken, or the placeholder of the rack's token. */
export function containsMask(text: string): boolean {
  return text.includes(maskStart) || text.includes(rackTokenMark)
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
    const shownKey = read && isVariableName(read.key) ? read.key : `line ${index + 1}`
    const mask = read && readMask(read.value)
    const value = read && mask ? resolve({ app, release: mask.release, key: read.key }, mask.mac) : null
    if (!read || value === null) throw new ForeignMask(shownKey)
    restored.push(read.key)
    return `${read.before}=${value}${line.endsWith('\r') ? '\r' : ''}`
  })
  return { env: lines.join('\n'), restored }
}

function readMask(value: string): { release: string; mac: string } | null {
  if (!value.startsWith(`${maskStart}:`) || !value.endsWith(']')) return null
  const [release = '', mac = '', ...more] = value.slice(maskStart.length + 1, -1).split(':')
  return more.length === 0 && isWord(release) && isWord(mac) ? { release, mac } : null
}

function isWord(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text)
}
