import { type Bytes, concat } from './bytes.ts'
import type { ProofCrypto } from './proof-crypto.ts'

/**
 * For each level from the leaf to the root: whether the sibling is on the left.
 *
 * @returns null if there is no such leaf
 * @see RFC 6962, section 2.1.1: PATH(m, D[n])
 */
export function siblingSides(index: number, size: number): boolean[] | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null
  const sides: boolean[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const split = start + largestPowerBelow(end - start)
    sides.unshift(index >= split)
    if (index < split) end = split
    else start = split
  }
  return sides
}

function largestPowerBelow(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

export interface LeafPosition {
  /** The number of the leaf, from 0. */
  readonly index: number
  /** The number of leaves. */
  readonly size: number
}

/**
 * The root that follows from the hash of an event and its path. The leaf is SHA-256(0x00 ‖ hash of the event).
 *
 * @returns null if the tree has no such leaf, or if the path has the wrong length
 */
export async function rootByInclusion(
  eventHash: Bytes,
  { index, size }: LeafPosition,
  path: readonly Bytes[],
  { sha256 }: ProofCrypto,
): Promise<Bytes | null> {
  const sides = siblingSides(index, size)
  if (sides === null || sides.length !== path.length) return null
  let node = await sha256(concat(Uint8Array.of(0), eventHash))
  for (const [level, sibling] of path.entries())
    node = await sha256(concat(Uint8Array.of(1), ...(sides[level] ? [sibling, node] : [node, sibling])))
  return node
}
