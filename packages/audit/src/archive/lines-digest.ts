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
  const room = Buffer.alloc(64)
  return {
    add(line) {
      room.write(hash('sha256', line, 'hex'), 32, 'hex')
      room.write(hash('sha256', room, 'hex'), 0, 'hex')
    },
    get value() {
      return room.toString('hex', 0, 32)
    },
  }
}
