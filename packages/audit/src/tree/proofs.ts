import type { Digest } from '@rack-gateway/audit-proof'
import { createTree } from './tree.ts'

/** Leaves from `start` up to, and not including, `end`. */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/**
 * The subtrees whose roots prove that leaf `index` is in a tree of `size` leaves, from the leaf upward.
 *
 * @throws RangeError if there is no such leaf
 * @see RFC 6962, section 2.1.1: PATH(m, D[n])
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!isCount(index) || !isCount(size) || index >= size) throw new RangeError(`no leaf ${index} among ${size}`)
  return siblingsOf(index, { start: 0, end: size })
}

function siblingsOf(index: number, { start, end }: LeafRange): LeafRange[] {
  if (end - start <= 1) return []
  const split = start + leftSize(end - start)
  return index < split
    ? [...siblingsOf(index, { start, end: split }), { start: split, end }]
    : [...siblingsOf(index, { start: split, end }), { start, end: split }]
}

/** Computes the roots of some ranges in one pass over all leaves, with little memory. */
export function createRangeRoots(ranges: readonly LeafRange[]): { append(leaf: Digest): void; roots(): Digest[] } {
  const trees = ranges.map((range) => ({ ...range, tree: createTree() }))
  let index = 0
  return {
    append(leaf) {
      for (const { start, end, tree } of trees) if (index >= start && index < end) tree.append(leaf)
      index++
    },
    /** @throws RangeError if leaves are missing */
    roots() {
      return trees.map(({ start, end, tree }) => {
        if (tree.size !== end - start) throw new RangeError(`leaves from ${start + tree.size} on are missing`)
        return tree.root()
      })
    },
  }
}

/** The largest power of two below `size`. */
function leftSize(size: number): number {
  let left = 1
  while (left * 2 < size) left *= 2
  return left
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
