import { createHash } from 'node:crypto'
import type { Target } from '../target/target.ts'

/** The name of a file about one gateway, rack, and token. It reveals nothing about the token. */
export function targetKey({ origin, rack, token }: Target): string {
  return createHash('sha256')
    .update(JSON.stringify([origin, rack, token.reveal()]))
    .digest('hex')
    .slice(0, 40)
}
