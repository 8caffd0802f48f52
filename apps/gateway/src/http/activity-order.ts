/**
 * Items in the order of their activity. Each operation takes constant time. The first item of a `Set` would not, because
 * V8 skips all items that were deleted before it.
 */
export interface ActivityOrder<Item> {
  readonly size: number
  has(item: Item): boolean
  add(item: Item): void
  /** Moves the item to the end. Does nothing for an item that was not added, or that was deleted. */
  refresh(item: Item): void
  delete(item: Item): void
  /** The item without activity for the longest time. */
  longestIdle(): Item | undefined
  /** The item with the latest activity. */
  newest(): Item | undefined
}

interface Node<Item> {
  readonly item: Item
  previous: Node<Item> | null
  next: Node<Item> | null
}

export function createActivityOrder<Item extends object>(): ActivityOrder<Item> {
  const nodes = new Map<Item, Node<Item>>()
  let first: Node<Item> | null = null
  let last: Node<Item> | null = null

  function append(node: Node<Item>): void {
    node.previous = last
    node.next = null
    if (last === null) first = node
    else last.next = node
    last = node
  }

  function unlink({ previous, next }: Node<Item>): void {
    if (previous === null) first = next
    else previous.next = next
    if (next === null) last = previous
    else next.previous = previous
  }

  function refresh(item: Item): void {
    const node = nodes.get(item)
    if (node === undefined) return
    unlink(node)
    append(node)
  }

  return {
    get size() {
      return nodes.size
    },
    has: (item) => nodes.has(item),
    add(item) {
      if (nodes.has(item)) return refresh(item)
      const node = { item, previous: null, next: null }
      nodes.set(item, node)
      append(node)
    },
    refresh,
    delete(item) {
      const node = nodes.get(item)
      if (node === undefined) return
      nodes.delete(item)
      unlink(node)
    },
    longestIdle: () => first?.item,
    newest: () => last?.item,
  }
}
