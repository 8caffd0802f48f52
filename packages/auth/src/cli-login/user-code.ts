import { createHmac, randomInt } from 'node:crypto'
import type { Keys } from '../tokens/login-keys.ts'

/** No vowels, so that no code is a word, and no letters that look alike. @see RFC 8628, section 6.1 */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ'
const length = 8
const typedCode = new RegExp(`^[${alphabet}${alphabet.toLowerCase()}]{${length}}$`)

/** Such as `WDJB-MJHT`. */
export function newUserCode(): string {
  const letters = Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

/** Ignores case, spaces, and dashes. Null if the text cannot be a code. */
export function readUserCode(text: string): string | null {
  if (text.length > 40) return null
  const letters = text.replace(/[\s-]/g, '')
  return typedCode.test(letters) ? letters.toUpperCase() : null
}

/** A keyed hash, because eight letters could be guessed from a plain hash. @param keys newest first */
export function createUserCodeHash(keys: Keys): (letters: string) => Buffer[] {
  return (letters) => keys.map((key) => createHmac('sha256', key).update(letters).digest())
}

/** @param hashes of one code by all keys, newest first */
export function newestOf([newest]: readonly Buffer[]): Buffer {
  if (!newest) throw new Error('a code needs a key')
  return newest
}
