import { createHash, randomBytes } from 'node:crypto'

/** Generates numbers and names in a rack's formats. The same seed gives the same values. */
export interface Random {
  /** At least 0, less than `limit`. */
  below(limit: number): number
  letters(alphabet: string, length: number): string
}

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lowerAndDigits = 'abcdefghijklmnopqrstuvwxyz0123456789'

export function createRandom(seed: string = randomBytes(16).toString('hex')): Random {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0)
  // mulberry32
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  function below(limit: number): number {
    return Math.floor(next() * limit)
  }
  return {
    below,
    letters: (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join(''),
  }
}

export const newId = {
  certificate: (random: Random) => `cert-${random.letters(lowerAndDigits, 10)}`,
  build: (random: Random) => `B${random.letters(capitals, 10)}`,
  release: (random: Random) => `R${random.letters(capitals, 10)}`,
  request: (random: Random) => random.letters('0123456789abcdef', 12),
  run: (random: Random) => `run-${random.letters(lowerAndDigits, 10)}`,
  process: (random: Random, service: string) =>
    `${service}-${random.letters(lowerAndDigits, 9)}-${random.letters(lowerAndDigits, 5)}`,
} as const
