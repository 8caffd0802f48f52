import type { Digest } from '@rack-gateway/audit-proof'

export interface SignedTree {
  readonly size: number
  readonly root: Digest
}

/** The trees of one stream that checkpoints sign. Add all checkpoints before the first comparison. */
export class SignedTrees {
  /** What the stream had to have since each checkpoint. Sizes only grow, except at a restore. */
  private readonly history: (SignedTree & { readonly number: number })[] = []
  private ascending: readonly SignedTree[] | null = null
  private compared = 0

  /** The events that the stream must have. */
  get required(): SignedTree {
    return this.history.at(-1) ?? noTree
  }

  /** @param number the checkpoint's number */
  add(number: number, { size, root }: SignedTree): void {
    if (size > this.required.size) this.history.push({ number, size, root })
  }

  /**
   * Requires only what was required at an older checkpoint, and what the checkpoint after the restore signs. Trees that
   * were signed in between are still compared as far as their events exist.
   *
   * @param from number of the older checkpoint
   * @param head the stream in the checkpoint after the restore, or null
   * @returns the events that are no longer required, or null if there are none
   */
  restore(number: number, from: number, head: SignedTree | null): { first: number; last: number } | null {
    const before = this.required.size
    const kept = this.history.findLast((tree) => tree.number <= from) ?? noTree
    this.history.push({ ...kept, number })
    if (head !== null && head.size >= kept.size) this.history.push({ number, size: head.size, root: head.root })
    const after = this.required.size
    return before > after ? { first: after + 1, last: before } : null
  }

  /** Size of the next tree to compare, or null if there is none. */
  get nextSize(): number | null {
    return this.trees()[this.compared]?.size ?? null
  }

  /** Compares the signed trees of this size. @returns the first event that can differ, or null */
  compare(size: number, root: Digest): number | null {
    const trees = this.trees()
    const first = (trees[this.compared - 1]?.size ?? 0) + 1
    let isSame = true
    for (; trees[this.compared]?.size === size; this.compared++) if (trees[this.compared]?.root !== root) isSame = false
    return isSame ? null : first
  }

  /** Two trees of the same size are two entries if they differ. */
  private trees(): readonly SignedTree[] {
    this.ascending ??= this.history
      .filter(({ size }) => size > 0)
      .toSorted((one, other) => one.size - other.size)
      .filter(({ size, root }, index, all) => size !== all[index - 1]?.size || root !== all[index - 1]?.root)
    return this.ascending
  }
}

const noTree: SignedTree = { size: 0, root: '' }
