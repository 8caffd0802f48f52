import { randomBytes } from 'node:crypto'

const batch = 256
let pool = Buffer.alloc(0)
let used = 0

/** 12 random bytes as hex: never taken from the client, unguessable, cheap. */
export function requestId(): string {
  if (used + 12 > pool.length) {
    pool = randomBytes(12 * batch)
    used = 0
  }
  used += 12
  return pool.toString('hex', used - 12, used)
}
