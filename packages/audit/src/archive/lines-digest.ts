import { hash } from 'node:crypto'
import type { Digest } from '../tree/hashing.ts'

/**
 * One digest over all lines of a month. PostgreSQL computes the same in `audit.digest_lines`: starting from 32 zero
 * bytes, SHA-256(digest ‖ SHA-256(line)) for each line without its line break.
 */
export interface LinesDigest {
  add(line: Buffer): void
  readonly value: Digest
}

export function createLinesDigest(): LinesDigest {
  const input = Buffer.alloc(64)
  return {
    add(line) {
      input.write(hash('sha256', line, 'hex'), 32, 'hex')
      input.write(hash('sha256', input, 'hex'), 0, 'hex')
    },
    get value() {
      return input.toString('hex', 0, 32)
    },
  }
}
