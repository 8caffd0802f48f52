import { hash } from 'node:crypto'
import type { Digest } from '@rack-gateway/audit-proof'

const leafInput = Buffer.alloc(1 + 32)
const nodeInput = Buffer.alloc(1 + 32 + 32)
nodeInput[0] = 1

export const emptyRoot: Digest = hash('sha256', '')

/**
 * SHA-256(0x00 ‖ chain hash of the event). The chain hash covers the event, so the tree proves the event.
 *
 * @see RFC 6962, section 2.1
 */
export function leafOf(eventHash: Digest): Digest {
  leafInput.write(eventHash, 1, 'hex')
  return hash('sha256', leafInput, 'hex')
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeOf(left: Digest, right: Digest): Digest {
  nodeInput.write(left, 1, 'hex')
  nodeInput.write(right, 33, 'hex')
  return hash('sha256', nodeInput, 'hex')
}
