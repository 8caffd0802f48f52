import { createHash, randomBytes } from 'node:crypto'
import { createUserCodeHash, newUserCode, readUserCode } from '../cli-login/user-code.ts'
import { encodeBytes } from '../tokens/base62.ts'

const bytes = 32
const width = 43

/** The secret of a proof, which calls send. It is useless without the token of its session. */
export function newProofSecret(): string {
  return `rgp_${encodeBytes(randomBytes(bytes), width)}`
}

/** The result of a proof, which goes through the browser to the program that asked. */
export function newResult(): string {
  return encodeBytes(randomBytes(bytes), width)
}

/** A result that a person types, such as `WDJB-MJHT`. */
export const newCode = newUserCode

/** Null if the text cannot be a code. */
export const readCode = readUserCode

/** A keyed hash, because the letters could be guessed from a plain hash. */
export const createCodeHash = createUserCodeHash

/** A plain hash is enough for 32 random bytes. */
export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
