import { type Bytes, sha256 } from './bytes.ts'

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

/** SHA-256(0x00 ‖ hash of the event). */
export function leafOf(eventHash: Bytes): Promise<Bytes> {
  return sha256(Uint8Array.of(0), eventHash)
}

interface Position {
  /** The number of the leaf, from 0. */
  readonly index: number
  /** The number of leaves. */
  readonly size: number
}

/** @returns null if the tree has no such leaf, or if the path has the wrong length */
export async function rootOf(leaf: Bytes, { index, size }: Position, path: readonly Bytes[]): Promise<Bytes | null> {
  const sides = siblingSides(index, size)
  if (sides === null || sides.length !== path.length) return null
  let node = leaf
  for (const [level, sibling] of path.entries())
    node = await (sides[level] ? sha256(Uint8Array.of(1), sibling, node) : sha256(Uint8Array.of(1), node, sibling))
  return node
}
