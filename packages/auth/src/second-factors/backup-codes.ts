import { createHmac, randomInt } from 'node:crypto'
import type { Keys } from '../tokens/login-keys.ts'

/** Without letters that look like others: 32 characters, 5 bits each. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 12
const group = 4
const backupCodeCount = 10

/** Ten codes of 60 bits, such as `7k2m-93xd-q0vt`. */
export function createBackupCodes(): readonly string[] {
  const codes = new Set<string>()
  while (codes.size < backupCodeCount) codes.add(createCode())
  return [...codes]
}

function createCode(): string {
  const characters = Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
  return (characters.match(new RegExp(`.{${group}}`, 'g')) ?? []).join('-')
}

/** Null if the text is not a backup code. */
function readCode(text: string): string | null {
  const code = text.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1')
  return code.length === length && [...code].every((one) => alphabet.includes(one)) ? code : null
}

/** An HMAC, so that codes cannot be guessed from the database alone. */
export function backupCodeHash([newest]: Keys, user: string, code: string): Buffer {
  const canonicalCode = readCode(code)
  if (newest === undefined || canonicalCode === null)
    throw new Error('there is no key, or the text is not a backup code')
  return hashBy(newest, user, canonicalCode)
}

/** One hash for each key; none if `typed` is not a backup code. */
export function possibleHashes(keys: Keys, user: string, typed: string): readonly Buffer[] {
  const canonicalCode = readCode(typed)
  return canonicalCode === null ? [] : keys.map((key) => hashBy(key, user, canonicalCode))
}

function hashBy(key: Buffer, user: string, code: string): Buffer {
  return createHmac('sha256', key).update(`${user}\n${code}`).digest()
}
