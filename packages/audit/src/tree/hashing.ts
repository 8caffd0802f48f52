import { hash } from 'node:crypto'

/** 32 bytes in lower-case hex: cheap to compare, to keep and to print. */
export type Digest = string

const leafInput = Buffer.alloc(1 + 32)
const nodeInput = Buffer.alloc(1 + 32 + 32)
nodeInput[0] = 1

/** MTH of the empty list. */
export const emptyRoot: Digest = hash('sha256', '')

/**
 * The hash of leaf i of a stream's tree: SHA-256(0x00 ‖ the chain's hash of event i). That hash has the event's bytes in it, so
 * the tree proves the event; and a tree can be made from the hashes alone, without reading the events again.
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
