import { type Digest, nodeOf } from './hashing.ts'
import { createTree } from './tree.ts'

/** Leaves from `start` to before `end`. */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/**
 * The subtrees whose roots prove that leaf `index` is in a tree of `size` leaves, from the leaf upwards.
 *
 * @throws RangeError when there is no such leaf
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

/** The root that a path leads to from a leaf; null when the path doesn't fit. */
export function rootByInclusion(leaf: Digest, index: number, size: number, path: readonly Digest[]): Digest | null {
  if (!isCount(index) || !isCount(size) || index >= size) return null
  const ranges = inclusionRanges(index, size)
  if (ranges.length !== path.length) return null
  return path.reduce((below, sibling, level) => {
    const isLeft = (ranges[level]?.start ?? 0) < index
    return isLeft ? nodeOf(sibling, below) : nodeOf(below, sibling)
  }, leaf)
}

/**
 * The subtrees whose roots prove that a tree of `newer` leaves begins with the tree of `older` leaves.
 *
 * @throws RangeError unless 0 < older ≤ newer
 * @see RFC 6962, section 2.1.2: PROOF(m, D[n])
 */
export function consistencyRanges(older: number, newer: number): LeafRange[] {
  if (!isCount(older) || !isCount(newer) || older < 1 || older > newer)
    throw new RangeError(`no proof leads from ${older} to ${newer} leaves`)
  return subproof(older, { start: 0, end: newer }, 'whole')
}

function subproof(older: number, { start, end }: LeafRange, known: 'whole' | 'part'): LeafRange[] {
  if (older === end - start) return known === 'whole' ? [] : [{ start, end }]
  const split = leftSize(end - start)
  const [left, right] = [
    { start, end: start + split },
    { start: start + split, end },
  ] as const
  return older <= split ? [...subproof(older, left, known), right] : [...subproof(older - split, right, 'part'), left]
}

/** Whether `proof` shows that the tree with `newerRoot` begins with the one with `olderRoot`. @see RFC 9162, section 2.1.4.2 */
export function isConsistent(
  { size: older, root: olderRoot }: SizedRoot,
  { size: newer, root: newerRoot }: SizedRoot,
  proof: readonly Digest[],
): boolean {
  if (!isCount(older) || !isCount(newer) || older < 1 || older > newer) return false
  if (older === newer) return proof.length === 0 && olderRoot === newerRoot
  const isFull = Number.isInteger(Math.log2(older))
  const [seed, ...rest] = isFull ? [olderRoot, ...proof] : proof
  if (seed === undefined) return false
  let node = older - 1
  let last = newer - 1
  while (node % 2 === 1) {
    node = (node - 1) / 2
    last = Math.floor(last / 2)
  }
  let [first, second] = [seed, seed]
  for (const sibling of rest) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      first = nodeOf(sibling, first)
      second = nodeOf(sibling, second)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else second = nodeOf(second, sibling)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && first === olderRoot && second === newerRoot
}

export interface SizedRoot {
  readonly size: number
  readonly root: Digest
}

/** Takes all leaves in their order, once, and so finds the roots of some ranges of them with a few hashes of memory. */
export function createRangeRoots(ranges: readonly LeafRange[]): { append(leaf: Digest): void; roots(): Digest[] } {
  const trees = ranges.map((range) => ({ ...range, tree: createTree() }))
  let index = 0
  return {
    append(leaf) {
      for (const { start, end, tree } of trees) if (index >= start && index < end) tree.append(leaf)
      index++
    },
    /** @throws RangeError when leaves are missing */
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
