import { hash } from 'node:crypto'
import type { Digest } from '@rack-gateway/audit-proof'

/**
 * One digest over all lines of a month. It begins with 32 zero bytes, and becomes SHA-256(digest ‖ SHA-256(line)) for
 * each line without its line break. The function `audit.digest_lines` in PostgreSQL computes the same digest.
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
