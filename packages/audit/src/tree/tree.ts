import type { Digest } from '@rack-gateway/audit-proof'
import { emptyRoot, nodeOf } from './hashing.ts'

/** An append-only RFC 6962 tree. Stores only the roots of its full subtrees: one per set bit of its size. */
export interface Tree {
  readonly size: number
  /** Roots of the full subtrees, the largest first. */
  readonly peaks: readonly Digest[]
  append(leaf: Digest): void
  root(): Digest
}

/** @param from a tree to continue. @throws RangeError for an invalid size, or a wrong number of peaks */
export function createTree(from: Pick<Tree, 'size' | 'peaks'> = { size: 0, peaks: [] }): Tree {
  let { size } = from
  const peaks = [...from.peaks]
  if (!Number.isSafeInteger(size) || size < 0 || peaks.length !== peakCount(size))
    throw new RangeError(`a tree of ${size} leaves has ${peakCount(size)} peaks, not ${peaks.length}`)
  return {
    get size() {
      return size
    },
    get peaks() {
      return peaks
    },
    append(leaf) {
      let top = leaf
      // Like the carry of a binary addition: joins the new subtree with each full subtree of the same height.
      for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
        const left = peaks.pop()
        if (left !== undefined) top = nodeOf(left, top)
      }
      peaks.push(top)
      size++
    },
    root: () => foldPeaks(peaks),
  }
}

/** The root of a tree with these peaks. */
export function foldPeaks(peaks: readonly Digest[]): Digest {
  return peaks.length === 0 ? emptyRoot : peaks.reduceRight((right, left) => nodeOf(left, right))
}

function peakCount(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}
